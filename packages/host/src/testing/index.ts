export * from './hub-server.js';
