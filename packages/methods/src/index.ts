export * from '@lowbit/baselines';
export * from '@lowbit/horq';
export * from '@lowbit/hwgq';
export * from '@lowbit/mlq';
export * from '@lowbit/progressive';
export * from '@lowbit/rounding';
export * from '@lowbit/slq';
export * from '@lowbit/ul2q';
export { registry } from './registry.js';
