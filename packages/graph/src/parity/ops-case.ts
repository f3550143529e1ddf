import type { Value } from '@ungrain/core';

/** What the index says about one case; see the data's README. */
export interface OpsCase {
  readonly id: string;
  /** The safetensors file, relative to the index. */
  readonly file: string;
  readonly attrs: { readonly op: string } & Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, { readonly grad: boolean }>>;
  readonly outputs: readonly { readonly name: string }[];
  /** By tensor: `out`, `out0` …, `grad.NAME`. */
  readonly tol: Readonly<Record<string, Tolerance>>;
}

/** |a − b| ≤ atol + rtol·|b|, or the very same numbers. */
export interface Tolerance {
  readonly exact?: boolean;
  readonly atol?: number | string;
  readonly rtol?: number | string;
}

/** The tensors of one case by their names in it: `in.NAME`, `out`, `cot`, `grad.NAME`. */
export type CaseTensors = ReadonlyMap<string, Value>;

export const tensorsOf = ({ id }: OpsCase, file: ReadonlyMap<string, Value>): CaseTensors =>
  new Map(
    [...file].flatMap(([name, value]) => (name.startsWith(`${id}/`) ? [[name.slice(id.length + 1), value]] : [])),
  );
