import { TensorProto_DataLocation, type TensorProto } from 'onnx-buf';
import { quoted, type Refuse } from '../refusal.js';

/** Where the data of a tensor lies outside of its ONNX file, as the file says. */
export interface ExternalData {
  /** A path within the model's folder, with forward slashes. */
  readonly location: string;
  readonly offset: number;
  /** Left out where it is what the tensor's shape takes. */
  readonly length?: number;
}

/** `checksum` is a SHA-1 that nobody checks. */
const KEYS: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum']);
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,15})$/;

/**
 * Null if the tensor's data lies in the ONNX file itself. That a location is within the folder is checked here as far
 * as its text goes; links are followed and checked where it is opened.
 * Source: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 */
export function externalDataOf(tensor: TensorProto, refuse: Refuse): ExternalData | null {
  const entries = new Map<string, string>();
  for (const { key, value } of tensor.externalData) {
    if (!KEYS.has(key)) refuse(`its external data has the unknown key ${quoted(key)}`);
    if (entries.has(key)) refuse(`its external data gives ${key} twice`);
    entries.set(key, value);
  }
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) {
    if (entries.size > 0) refuse('it has external data, but is not marked as external');
    return null;
  }
  if (hasOwnData(tensor)) refuse('it has data both in the file and outside');
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = WHOLE_NUMBER.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) ? value : refuse(`the ${key} ${quoted(text)} of its external data is no size`);
  };
  const location = entries.get('location') ?? refuse('its external data has no location');
  checkLocation(location, refuse);
  const length = number('length');
  return { location, offset: number('offset') ?? 0, ...(length !== undefined && { length }) };
}

const hasOwnData = (tensor: TensorProto): boolean =>
  [tensor.rawData, tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData, tensor.uint64Data].some(
    ({ length }) => length > 0,
  ) || tensor.stringData.length > 0;

/** Only plain paths downwards, spelled the same way on every system. Nothing in them is decoded or expanded. */
function checkLocation(location: string, refuse: Refuse): void {
  // eslint-disable-next-line no-control-regex
  const isPlain = !/[\\:\x00-\x1f\x7f]/.test(location);
  if (!isPlain || location.split('/').some((part) => part === '' || part === '.' || part === '..'))
    refuse(`the location ${quoted(location)} of its external data is no plain path below the model's folder`);
}
