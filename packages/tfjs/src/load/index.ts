export { load, type LoadOptions } from './load.js';
export type { ModelSource } from './load-artifacts.js';
