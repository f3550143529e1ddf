import type { DType, Value } from '@ungrain/core';
import type { Refuse } from '../refusal.js';
import { OrderedDict, type Global } from './pickle-machine.js';
import { Storage, STORAGE_TYPES } from './storages.js';
import { isTensor } from './tree.js';
import type { ReadView } from './views.js';

/** A dtype by its own name, as newer element types are written. */
class TorchDtype implements Global {
  constructor(
    readonly name: string,
    readonly dtype: DType,
  ) {}
}

const DTYPES: readonly TorchDtype[] = [
  new TorchDtype('torch float8_e4m3fn', 'float8e4m3fn'),
  new TorchDtype('torch float8_e5m2', 'float8e5m2'),
  new TorchDtype('torch uint16', 'uint16'),
  new TorchDtype('torch uint32', 'uint32'),
  new TorchDtype('torch uint64', 'uint64'),
];

/** Every global that is known; each is a function of this file, and none is looked up by its name anywhere else. */
export function createGlobals(readView: ReadView, refuse: Refuse): ReadonlyMap<string, Global> {
  const checkHooks = (hooks: unknown): void => {
    if (!(hooks instanceof OrderedDict) || hooks.size > 0) refuse('a tensor of it has hooks');
  };
  const callables: readonly Global[] = [
    {
      name: 'collections OrderedDict',
      call: ({ length }) => (length === 0 ? new OrderedDict() : refuse('an OrderedDict of it has arguments')),
    },
    {
      name: 'torch._utils _rebuild_tensor_v2',
      call([storage, offset, size, stride, requiresGrad, hooks, ...rest]): Value {
        if (!(storage instanceof Storage) || typeof requiresGrad !== 'boolean' || rest.length > 0)
          return refuse('a tensor of it is described in an unknown way');
        checkHooks(hooks);
        const dtype = storage.type.dtype ?? refuse('a tensor of it has no element type');
        return readView(storage, dtype, { offset, size, stride });
      },
    },
    {
      name: 'torch._utils _rebuild_tensor_v3',
      call([storage, offset, size, stride, requiresGrad, hooks, dtype, ...rest]): Value {
        const isKnown = storage instanceof Storage && storage.type.dtype === null && dtype instanceof TorchDtype;
        if (!isKnown || typeof requiresGrad !== 'boolean' || rest.length > 0)
          return refuse('a tensor of it is described in an unknown way');
        checkHooks(hooks);
        return readView(storage, dtype.dtype, { offset, size, stride });
      },
    },
    {
      name: 'torch._utils _rebuild_parameter',
      call([tensor, requiresGrad, hooks, ...rest]): Value {
        if (!isTensor(tensor) || typeof requiresGrad !== 'boolean' || rest.length > 0)
          return refuse('a parameter of it is described in an unknown way');
        checkHooks(hooks);
        return tensor;
      },
    },
  ];
  return new Map([...STORAGE_TYPES, ...DTYPES, ...callables].map((global) => [global.name, global]));
}
