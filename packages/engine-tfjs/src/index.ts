export { createTfjsEngine, type TfjsEngineOptions } from './engine.js';
