export * from './idx.js';
export * from './narrow-floats.js';
export * from './safetensors/index.js';
export * from './torch/index.js';
