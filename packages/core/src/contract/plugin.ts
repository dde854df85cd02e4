import type { BitwidthPolicy } from './policy.js';
import type { Quantizer } from './quantizer.js';
import type { Rounder } from './rounder.js';
import type { Schedule } from './schedule.js';

/** Plugins are plain objects, told apart by `kind` and versioned by `api`. */
export type Plugin = Quantizer | BitwidthPolicy | Schedule | Rounder;

/** The version of the plugin interface that this core speaks. */
export const pluginApi = 2;
