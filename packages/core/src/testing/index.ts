export * from './gaussian-model.js';
export * from './mixture-model.js';
export { ContractError, type ContractTest } from './contract.js';
export * from './guidance-contract.js';
export * from './model-contract.js';
export * from './sampler-contract.js';
export * from './schedule-contract.js';
export * from './view-contract.js';
