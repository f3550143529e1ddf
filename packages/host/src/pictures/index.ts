export * from './edit-sheets.js';
export { enlargedShape } from './enlarge.js';
export * from './fit-picture.js';
export * from './illusion-sheets.js';
export * from './noise-sheets.js';
export { addPicture, type PictureRun, type PictureSheet } from './picture-run.js';
export * from './read-mask.js';
export * from './read-picture.js';
export * from './sheets.js';
