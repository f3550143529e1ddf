export * from './in-folder.js';
export * from './onnx-model.js';
export * from './read-tensor-span.js';
export * from './safetensors-spans.js';
export * from './write-file-atomic.js';
