export * from './guidance-parity.js';
export * from './samplers-parity.js';
export * from './schedules-parity.js';
