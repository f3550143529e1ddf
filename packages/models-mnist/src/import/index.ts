export { importUnet, type ImportedLayer, type ImportedUnet } from './import-unet.js';
export type { Evidence } from './match-layers.js';
