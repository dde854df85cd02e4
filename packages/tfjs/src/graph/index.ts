export { loadGraph, type LoadGraphOptions } from './load-graph.js';
export type { GraphSource } from './read-graph.js';
export { runnableGraph } from './runnable-graph.js';
