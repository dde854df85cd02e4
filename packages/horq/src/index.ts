export { filteringCost, weightMemory, type FilteringCost, type WeightMemory } from './cost.js';
export { horq, type HorqOptions } from './horq.js';
