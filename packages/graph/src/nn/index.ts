export * from './batch-norm.js';
export * from './convolutions.js';
export * from './group-norm.js';
export * from './layer-norm.js';
export * from './linear.js';
export * from './rms-norm.js';
export * from './scope.js';
