export * from './ops-parity.js';
