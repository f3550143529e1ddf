/** What networks are written with, `ops.conv2d(…)`, `ops.silu(…)`: the operators and the functions composed of them. */
export * from './functions/index.js';
export * from './operators/index.js';
