export * from './compare.js';
export * from './contract.js';
export * from './rng.js';
