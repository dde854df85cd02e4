import type { GroupInputs, InputsOfWeight } from '../calibration/input-statistics.js';
import { defined } from '../contract/defined.js';
import type { WeightDescriptor } from '../contract/descriptors.js';
import type { SessionOptions } from '../contract/events.js';
import type { Batch } from '../contract/model-run.js';
import type { InputsOfWeights } from '../contract/observed-inputs.js';
import type { ModelPort } from '../contract/port.js';
import { stopIfAborted } from '../errors/stop-if-aborted.js';
import { sizeOf } from '../scheme/shape.js';

/** Holds what was seen last, for whoever asks again. */
export interface InputMemory {
  known?: InputsOfWeights;
}

/** Memory that moments of several weights may take together; those of one weight may take more. */
const mostBytes = 2 ** 29;

/**
 * Gives what the inputs of weights are in the model as it is, by their ids, which are best asked for in the order given: the model runs
 * once for as many weights as memory bears.
 *
 * @throws LowbitError later: `aborted`, and the port's own errors.
 */
export function observedInTurn<M>(
  port: ModelPort<M>,
  weights: readonly WeightDescriptor[],
  batches: AsyncIterable<Batch>,
  { signal, onProgress }: SessionOptions,
  memory: InputMemory = {},
): (id: string) => Promise<InputsOfWeight> {
  const observe = async (id: string) => {
    const first = weights.findIndex((weight) => weight.id === id);
    const observed = await port.observeInputs?.(batches, {
      weights: upTo(mostBytes, weights.slice(first)).map((weight) => weight.id),
      ...defined({ signal }),
      onProgress: (event) => onProgress?.({ ...event, phase: 'observe' }),
    });
    stopIfAborted(signal, 'observe');
    return observed;
  };
  return async (id) => {
    const isKnown = memory.known?.inputs.has(id) === true || memory.known?.unknown.has(id) === true;
    if (!isKnown) {
      // Those before are not kept while others are gathered.
      delete memory.known;
      const now = await observe(id);
      if (now !== undefined) memory.known = now;
    }
    return inputsIn(memory.known, id);
  };
}

/** What was seen of the inputs of a weight. */
export function inputsIn(known: InputsOfWeights | undefined, id: string): InputsOfWeight {
  const observed = known?.inputs.get(id);
  if (observed === undefined) return { why: known?.unknown.get(id) ?? 'its inputs are not known' };
  return observed.groups.every(isFinite)
    ? { observed }
    : { why: 'its inputs, or their squares in float32, are not finite on the data' };
}

/** A value that is not finite makes its square so. */
const isFinite = ({ seen, heldOut }: GroupInputs): boolean =>
  [seen, heldOut].every((moments) => moments?.products.every(Number.isFinite) ?? true);

/** The first weights whose moments fit into so many bytes: of samples that are fitted to and of those that are kept back. */
function upTo(bytes: number, weights: readonly WeightDescriptor[]): readonly WeightDescriptor[] {
  let left = bytes;
  const end = weights.findIndex((weight, i) => {
    left -= 2 * 4 * inputsOf(weight) ** 2;
    return left < 0 && i > 0;
  });
  return end < 0 ? weights : weights.slice(0, end);
}

/** Inputs of one output channel. */
export function inputsOf({ shape, outputAxes }: WeightDescriptor): number {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  return channels === 0 ? 0 : sizeOf(shape) / channels;
}
