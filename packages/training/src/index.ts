export * from './checkpoint.js';
export * from './learning-rate.js';
export * from './run-folder.js';
export * from './task.js';
export * from './train-run.js';
export * from './trainer.js';
