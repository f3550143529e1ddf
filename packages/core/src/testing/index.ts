export * from './gaussian-model.js';
