export * from './gif.js';
export { readGifText, type GifText } from './gif-text.js';
export * from './grid.js';
export * from './image.js';
export type { Channels, Pixels } from './pixels.js';
export * from './png.js';
