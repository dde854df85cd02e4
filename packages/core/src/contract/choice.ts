import type { BitwidthPolicy } from './policy.js';
import type { Quantizer } from './quantizer.js';
import type { Rounder } from './rounder.js';
import type { Schedule } from './schedule.js';

/** A quantizer as a value, or by name with options: `'ul2q'`, `'ul2q:lambda=paper'`. */
export type QuantizerChoice = Quantizer | string;

/** A bit policy as a value, or by name with options: `'progressive:from=8,to=2'`. */
export type BitPolicyChoice = BitwidthPolicy | string;

/** A schedule as a value, or by name with options. */
export type ScheduleChoice = Schedule | string;

/** Name of the quantizer of weights where nobody chooses one. Its grid is that of the range of each slice, extended to include 0. */
export const defaultQuantizer = 'min-max';

/** A rounder as a value, or by name with options: `'gptq:damping=0.02'`; `'nearest'` for none. */
export type RounderChoice = Rounder | string;

/** What stands for no rounder: each value gets the level that is nearest to it. */
export const noRounder = 'nearest';

/** Name of the rounder of weights of few bits where there are data and nobody chooses one. */
export const defaultRounder = 'auto';

/** Below so many bits data at hand decide about codes and biases, where nobody says otherwise. */
export const fewBits = 8;
