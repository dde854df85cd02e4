import { LowbitError } from '../errors/error.js';
import type { QuantizedEntry } from '../contract/plan.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { decode } from '../scheme/decode.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { type CodedWeight, codeWeight } from '../session/weight.js';
import type { FrozenWeight } from './checkpoint.js';
import type { TrainedFit } from './trained-fit.js';

/** What has been frozen so far of each weight. */
export interface FrozenWeights {
  of(id: string): FrozenWeight | undefined;
  all(): ReadonlyMap<string, FrozenWeight>;
  /**
   * Quantizes a weight as it is now, frozen values staying what they are.
   *
   * @throws LowbitError `plugin-failed` when the quantizer's refit loses a frozen value.
   */
  encode(own: ResolvedEntry, values: Float32Array): CodedWeight;
  /** Freezes more values at the levels that `tensor` gives them; what is frozen stays. */
  freeze(id: string, more: Uint8Array, tensor: QuantizedTensor): FrozenWeight;
}

export function frozenWeights(start: ReadonlyMap<string, FrozenWeight>, fit: TrainedFit): FrozenWeights {
  const frozen = new Map(start);
  return {
    of: (id) => frozen.get(id),
    all: () => frozen,
    encode(own, values) {
      const held = frozen.get(own.weight.id);
      const coded = codeWeight(own, values, fit(own, values, held));
      if (held !== undefined) checkHeld(held, decode(coded.tensor), own.entry);
      return coded;
    },
    freeze(id, more, tensor) {
      const before = frozen.get(id)?.mask;
      const levels = decode(tensor);
      const mask = more.map((one, i) => (one === 1 || before?.[i] === 1 ? 1 : 0));
      const values = levels.map((level, i) => (mask[i] === 1 ? level : 0));
      const after = { mask, values, scheme: tensor.scheme };
      frozen.set(id, after);
      return after;
    },
  };
}

function checkHeld({ mask, values }: FrozenWeight, levels: Float32Array, entry: QuantizedEntry): void {
  const index = mask.findIndex((one, i) => one === 1 && levels[i] !== values[i]);
  if (index < 0) return;
  throw new LowbitError({
    code: 'plugin-failed',
    where: `quantizer '${entry.quantizer.name}' at weight '${entry.id}'[${index}]`,
    expected: `the frozen value ${values[index]}`,
    received: String(levels[index]),
    remedy: "Report this to the quantizer's author: refit must keep frozen values representable.",
  });
}
