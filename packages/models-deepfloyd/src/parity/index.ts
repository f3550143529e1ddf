export * from './checks.js';
export * from './deepfloyd-parity.js';
export * from './parity-files.js';
