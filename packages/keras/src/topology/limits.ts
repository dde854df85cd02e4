import type { JsonValue } from '../model.js';
import type { Steps } from './operation.js';

/**
 * Values of a tensor between two bounds, of which either may be missing: a ReLU where that is one, otherwise a layer of lowbit's own.
 * Undefined where no value is between them.
 */
export function bounded(
  args: readonly JsonValue[],
  least: number | null,
  most: number | null,
): Steps | undefined {
  const isFinite = [least, most].every((bound) => bound === null || Number.isFinite(bound));
  if (!isFinite || (least !== null && most !== null && least > most)) return undefined;
  if (least === 0 && most === null)
    return { args, steps: [{ className: 'Activation', config: { activation: 'relu' } }] };
  if (least === 0 && most! > 0) {
    const config = { max_value: most, negative_slope: 0, threshold: 0 };
    return { args, steps: [{ className: 'ReLU', config }] };
  }
  return { args, steps: [{ className: 'Clip', config: { min_value: least, max_value: most } }] };
}
