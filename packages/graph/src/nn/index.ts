export * from './batch-norm.js';
export * from './convolutions.js';
export * from './linear.js';
export * from './scope.js';
