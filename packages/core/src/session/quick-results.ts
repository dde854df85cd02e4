import type { Batch } from '../contract/model-run.js';
import type { MeasuredItem } from '../contract/measurements.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { sizeOf } from '../scheme/shape.js';
import { samplesIn } from './first-samples.js';
import { inputsOf } from './observed-in-turn.js';
import { needsInputs } from './rounding-inputs.js';

/** Multiplications of a minute or two, for all choices that are tried. */
const most = 2e11;
/** What takes as long as a multiplication of a rounder, in those of a runtime. */
const roundersPace = 4;
/** Times that a model runs on all samples until a result is there and was compared: twice to see inputs of weights, and once more. */
const runs = 3;

/**
 * Whether results are written and run while choices are tried: rounders and biases that look at data gain more for some weights than for
 * others, which the nearest codes do not show. It is decided by counts alone, so that the same choice is made on every machine.
 *
 * A weight of k inputs and n outputs takes its rounder k² · (n / 2 + k / 6) multiplications.
 *
 * @param tries How many choices are tried at most.
 */
export function areResultsQuick(
  entries: readonly ResolvedEntry[],
  items: readonly MeasuredItem[],
  samples: number,
  tries: number,
): boolean {
  const rounded = entries.filter(needsInputs);
  const rounding = rounded.reduce((sum, { weight }) => {
    const inputs = inputsOf(weight);
    const outputs = sizeOf(weight.shape) / Math.max(inputs, 1);
    return sum + inputs ** 2 * (outputs / 2 + inputs / 6);
  }, 0);
  const products = items.reduce((sum, { macs = 0 }) => sum + macs, 0);
  return rounded.length > 0 && tries * (roundersPace * rounding + runs * samples * products) <= most;
}

/** Samples of all batches. */
export async function countSamples(batches: AsyncIterable<Batch>): Promise<number> {
  let samples = 0;
  for await (const batch of batches) samples += samplesIn(batch);
  return samples;
}
