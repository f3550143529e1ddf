export { readStateDict, readTorchFile, type TorchOptions } from './read.js';
export { isTensor, type TorchData } from './tree.js';
export { writeTorchFile } from './write.js';
