export * from './deepfloyd-parity.js';
