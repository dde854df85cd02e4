import { defaultRounder, fewBits } from '../contract/choice.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { BiasEntry, PlanEntry, QuantizedEntry } from '../contract/plan.js';
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

export function dataDefaults<M>(
  port: ModelPort<M>,
  { data, calibration }: Recipe,
  plugins: PluginsInUse,
): DataDefaults {
  const isStored = calibration?.inputs !== undefined;
  if (data === undefined && !isStored) return { biases: false };
  if (port.observeInputs === undefined && !isStored) {
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

/**
 * The layers whose biases take back what their quantized weights move outputs by; nothing when biases stay as they are. Layers of which
 * no quantized weight has a bias that can change are left out: the report tells why, weight by weight.
 *
 * @param weights Entries of the plan. @param layers Of the model, in the order of execution.
 * @param wanted `'few bits'`: of weights below 8 bits.
 */
export function planBiases(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  wanted: boolean | 'few bits',
): { biases?: readonly BiasEntry[] } {
  const isTaken = (entry: PlanEntry) => entry.bits !== 'float' && (wanted === true || hasFewBits(entry));
  const taken = new Set(weights.filter(isTaken).map(({ id }) => id));
  if (wanted === false || (wanted === 'few bits' && taken.size === 0)) return {};
  const takes = layers.filter(({ weights: own }) =>
    own.some(({ id, bias }) => bias === true && taken.has(id)),
  );
  const reason = wanted === true ? 'biases are corrected' : 'corrected below 8 bits, with data at hand';
  return { biases: takes.map(({ id }) => ({ layer: id, reason })) };
}
