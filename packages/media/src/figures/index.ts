export * from './loss-figure.js';
export * from './raster.js';
export * from './sheet-figure.js';
