export { eslq } from './eslq.js';
export { defaultCounts } from './freeze-counts.js';
export { ladder } from './ladder.js';
export type { FreezeOrder, SlqOptions } from './options.js';
export { slq } from './slq.js';
export { slqSchedule, type SlqScheduleOptions } from './slq-schedule.js';
