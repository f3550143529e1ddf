export * from './onnx-model.js';
export * from './write-file-atomic.js';
export * from './read-tensor-span.js';
