export * from './checkpoint/checkpoint-files.js';
export * from './checkpoint/checkpoint-folder.js';
export * from './checkpoint/load-weights.js';
export * from './checkpoint/locate-weights.js';
export * from './t5/load-t5.js';
export * from './unet/load-unet.js';
export * from './text/clean-caption.js';
export * from './text/tokenizer.js';
