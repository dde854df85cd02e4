export { emlq } from './emlq.js';
export { mlq } from './mlq.js';
export { mlqSchedule, type MlqScheduleOptions } from './mlq-schedule.js';
export type { LayerOrder, MlqOptions } from './options.js';
