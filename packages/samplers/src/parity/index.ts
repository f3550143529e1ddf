export * from './guidance-parity.js';
export * from './samplers-parity.js';
