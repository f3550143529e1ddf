import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest runs each test file in a realm of its own, whose typed arrays are not the ones that native addons know:
 * onnxruntime-node then refuses every Float32Array made by a test. Sharing the outer realm's binary types cures it.
 */
export default class NativeAddonEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of BINARY_TYPES) this.global[name] = globalThis[name];
  }
}

const BINARY_TYPES = [
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
];
