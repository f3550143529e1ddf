export * from './images.js';
export * from './judge-task.js';
export * from './mnist.js';
export * from './recipes/index.js';
export * from './sheets/index.js';
export * from './unet-task.js';
