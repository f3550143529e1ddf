export * from './conditional-paths.js';
export * from './conversions.js';
export * from './optimal-transport.js';
