export * from './batch-norm-folding.js';
export * from './blocked/blocked-layout.js';
export * from './matrix-products.js';
export * from './pass.js';
export * from './transposed-convolutions.js';
export * from './zero-sums.js';
