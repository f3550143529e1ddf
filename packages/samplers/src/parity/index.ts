export * from './samplers-parity.js';
