export * from './operator-samples.js';
