export * from './gaussian-model.js';
export * from './mixture-model.js';
