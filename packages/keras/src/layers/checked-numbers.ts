import type { JsonValue } from '../model.js';
import type { MaybeShape } from './layer-class.js';
import type { Settings } from './settings.js';

/** Settings that must be numbers where they are given: they decide values and no shape, so that nothing else would miss them. */
const numbers: Readonly<Record<string, readonly string[]>> = {
  ReLU: ['max_value', 'negative_slope', 'threshold'],
  LeakyReLU: ['alpha', 'negative_slope'],
  ELU: ['alpha'],
  ThresholdedReLU: ['theta'],
  BatchNormalization: ['epsilon'],
  LayerNormalization: ['epsilon'],
  GroupNormalization: ['epsilon'],
  RMSNormalization: ['epsilon'],
};

const paddings = ['valid', 'same', 'causal'];

/**
 * Looks at settings that change what a layer computes and not what it needs or gives.
 *
 * @throws LowbitError `model-malformed` that names the layer and the setting.
 */
export function checkNumbers(className: string, settings: Settings, [input]: readonly MaybeShape[]): void {
  for (const key of numbers[className] ?? [])
    if (settings.has(key) && typeof settings.values[key] !== 'number') settings.wrong(key, 'a number');
  const { padding } = settings.values;
  if (typeof padding === 'string' && !paddings.includes(padding))
    settings.wrong('padding', `one of ${paddings.join(', ')}`);
  if (className === 'Rescaling') checkRescaling(settings, input);
}

/** A scale, and an offset where there is one: a number, or lists of them that fit the last axes. */
function checkRescaling(settings: Settings, input: MaybeShape): void {
  if (!settings.has('scale')) settings.wrong('scale', 'a number, or one for each place of the last axis');
  for (const key of ['scale', 'offset']) {
    const sizes = settings.has(key) ? listSizes(settings.values[key]!) : [];
    const fits = sizes?.every((size, i) => {
      const own = input?.at(i - sizes.length) ?? size;
      return size === 1 || own === 1 || own === size;
    });
    if (fits !== true) settings.wrong(key, 'a number, or one for each place of the last axis');
  }
}

/** Sizes of a number in lists in lists; undefined where they hold anything else, or differ. */
function listSizes(value: JsonValue): readonly number[] | undefined {
  if (typeof value === 'number') return [];
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const inner = value.map((each: JsonValue) => listSizes(each));
  const same = inner.every((each) => each !== undefined && each.join() === inner[0]?.join());
  return same ? [value.length, ...inner[0]!] : undefined;
}
