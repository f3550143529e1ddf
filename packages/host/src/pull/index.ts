export * from './byte-text.js';
export { PARTS, type Part } from './needed-files.js';
export * from './pull-model.js';
export * from './pulled-models.js';
