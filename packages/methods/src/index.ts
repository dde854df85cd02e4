export * from '@lowbit/baselines';
export * from '@lowbit/ul2q';
export { registry } from './registry.js';
