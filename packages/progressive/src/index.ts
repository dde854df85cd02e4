export { bitOperations, type Products } from './cost.js';
export { codeBytes, memorySaved, type StoredWeights } from './cost.js';
export { progressive, type ProgressiveOptions } from './progressive.js';
export { progressiveSchedule, type ProgressiveScheduleOptions } from './schedule/progressive-schedule.js';
export { fullFisher } from './separability/full-fisher.js';
export { linearProbe } from './separability/linear-probe.js';
export { separabilityMeasures, type SeparabilityMeasure } from './separability/separability.js';
export { type LayerFeatures, traceRatio } from '@lowbit/core/policy';
export { stagewise, type StagewiseOptions } from './stagewise.js';
