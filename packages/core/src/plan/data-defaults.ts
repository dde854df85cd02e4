import { defaultRounder, fewBits } from '../contract/choice.js';
import type { QuantizedEntry } from '../contract/plan.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import type { PluginsInUse } from './plugins-in-use.js';

/** What data at hand are used for below 8 bits, where a recipe says nothing. */
export interface DataDefaults {
  /** The rounder; absent for nearest levels. */
  readonly rounding?: string;
  /** Whether biases are corrected. */
  readonly biases: boolean;
  /** Why it is not all that data could be used for, a sentence; absent without data. */
  readonly lacks?: string;
}

export function dataDefaults<M>(port: ModelPort<M>, { data }: Recipe, plugins: PluginsInUse): DataDefaults {
  if (data === undefined) return { biases: false };
  if (port.observeInputs === undefined) {
    const lacks = `the port '${port.name}' cannot tell here what weights are multiplied with, so that data decide neither about codes nor about biases`;
    return { biases: false, lacks };
  }
  if (plugins.registry().find('rounder', defaultRounder) !== undefined)
    return { rounding: defaultRounder, biases: true };
  const lacks =
    'weights go to the nearest level, as the registry holds no rounder that looks at the data; that of the register entry of an adapter does';
  return { biases: true, lacks };
}

/** Whether a weight has so few bits that data decide about it. */
export const hasFewBits = ({ bits }: Pick<QuantizedEntry, 'bits'>): boolean => bits < fewBits;

/** What there is to say of data that could have decided about weights, and do not. */
export function unusedData(
  { lacks }: DataDefaults,
  { rounding }: Recipe,
  entries: readonly { readonly entry: QuantizedEntry }[],
): readonly string[] {
  const isOpen = entries.some(({ entry }) => hasFewBits(entry) && entry.rounding === undefined);
  return lacks === undefined || rounding !== undefined || !isOpen ? [] : [`data: ${lacks}`];
}
