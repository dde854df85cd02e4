export type { BackwardRule } from './gradient.js';
export { hwgq, type HwgqOptions } from './hwgq.js';
export { halfWaveRow, halfWaveTable, type CellRule, type HalfWaveRow, type LevelKind } from './levels.js';
