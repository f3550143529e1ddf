export * from './engine.js';
export * from './onnx-file.js';
export type { OnnxEngineOptions } from './session.js';
export { passNames } from './passes.js';
