export * from './digits.js';
export * from './judge.js';
export * from './objective.js';
export * from './plugin.js';
export * from './unet.js';
