export * from './denoiser.js';
export * from './digits.js';
export * from './judge.js';
export * from './objective.js';
export * from './plugin.js';
export * from './import/index.js';
export { checkWeights } from './inference.js';
export { hiddenOf, UNET_KINDS, UNET_MODELS, unetNetwork } from './unet-network.js';
export * from './unet.js';
