export * from './flow-task.js';
export * from './images.js';
export * from './judge-task.js';
export * from './mnist.js';
export * from './recipes.js';
