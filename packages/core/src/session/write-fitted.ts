import type { Calibration } from '../calibration/site-statistics.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { ModelPort } from '../contract/port.js';
import type { ResolvedEntry, ResolvedPlan } from '../contract/resolved-plan.js';
import { decode } from '../scheme/decode.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { sizeOf } from '../scheme/shape.js';
import { brokenPromise } from './broken-promise.js';
import { fitAndRound, type InputsOf } from './fit-and-round.js';
import { fitActivations } from './fit-activations.js';
import { gridCost } from './grid-cost.js';
import type { MeasuredInputs } from './observe-data.js';
import { ownGrids, withoutStaleWishes } from './own-grids.js';
import { roundingInputs } from './rounding-inputs.js';
import { sequentialInputs } from './sequential-inputs.js';
import { inTurns, pauses } from '../contract/pause.js';
import { type CodedWeight, codeWeight, weightInSteps } from './weight.js';
import type { QuantizedWeight } from './worst-weight.js';
import { writePlan, type Written } from './write-plan.js';

/** What was written of a plan. */
export interface FittedResult<M> extends Written<M> {
  readonly resolved: ResolvedPlan;
  /** Σw² of the original values of each weight, by id. */
  readonly energies: ReadonlyMap<string, number>;
  /** Those that are not float after all. */
  readonly weights: readonly QuantizedWeight[];
}

/**
 * Fits the activation sites and every weight, and writes.
 *
 * @param seen `'size alone'`: for a result that nobody runs.
 */
export async function writeFitted<M>(
  port: ModelPort<M>,
  resolved: ResolvedPlan,
  calibration: Calibration | undefined,
  seen: MeasuredInputs | 'size alone',
  options: QuantizeOptions,
): Promise<FittedResult<M>> {
  const atOnce = seen === 'size alone' ? undefined : roundingInputs(port, resolved.entries, seen, options);
  const sequential =
    seen === 'size alone' ? undefined : await sequentialInputs(port, resolved.entries, seen, options);
  const inputsOf = sequential?.of ?? atOnce;
  // What a weight saw on its way is not seen again.
  const coded = new Map<string, CodedWeight>();
  const fitted = fitActivations(resolved.sites, calibration);
  const energies = new Map<string, number>();
  const pause = pauses(options.signal, 'quantize');
  const outcome = { ...ownGrids(withoutStaleWishes(resolved), fitted), ...fitted };
  const encodeOne = async (own: ResolvedEntry, values: Float32Array) => {
    if (options.measure !== false) energies.set(own.entry.id, energyOf(values));
    const weight = await fitAndRound(own, values, inputsOf, pause);
    if (sequential !== undefined) coded.set(own.entry.id, weight);
    await sequential?.quantized(own, weight.tensor, weight.bias?.shift);
    return weight;
  };
  const written = await writePlan(port, outcome, encodeOne, options, (own, values, { scheme }) => ({
    cost: () => gridCost(own, values),
    broken: brokenPromise(own, scheme),
  })).finally(() => sequential?.close());
  const kept = new Set(written.quantized.report.weights.map(({ id }) => id));
  const quantized = outcome.entries.filter(({ entry }) => kept.has(entry.id));
  const weights = quantized.map((own) => quantizedWeight(own, inputsOf, pause, coded.get(own.entry.id)));
  return { ...written, resolved, energies, weights };
}

/** A weight that is read, fitted and coded again when its values are wanted first; its codes are kept then. */
function quantizedWeight(
  own: ResolvedEntry,
  inputsOf: InputsOf,
  pause: () => Promise<void>,
  known: CodedWeight | undefined,
): QuantizedWeight {
  const { weight } = own;
  let coded = known && Promise.resolve(known);
  const code = async () => {
    const values = await weight.read();
    return fitAndRound(own, values, inputsOf, pause);
  };
  return {
    id: weight.id,
    size: sizeOf(weight.shape),
    decoded: async () => decode((await (coded ??= code())).tensor),
    wider: moreBits(own).map((bits) => ({
      bits,
      decoded: async () => decode(await withBits(own, bits, pause)),
    })),
  };
}

/** Widths that recipes name most, of those that are more than a weight has and that its method offers. */
const moreBits = ({ quantizer, entry }: ResolvedEntry): readonly number[] =>
  [4, 8].filter((bits) => bits > entry.bits && quantizer.bits.weight?.includes(bits));

/** The weight in another width, the nearest level for each value. */
async function withBits(
  own: ResolvedEntry,
  bits: number,
  pause: () => Promise<void>,
): Promise<QuantizedTensor> {
  const planned = { ...own, entry: { ...own.entry, bits } };
  const values = await own.weight.read();
  return codeWeight(planned, values, await inTurns(weightInSteps(planned, values), pause)).tensor;
}

/** Σw², of four values at a time: a sum waits for the one before it. */
function energyOf(values: Float32Array): number {
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += (values[i] as number) ** 2;
    b += (values[i + 1] as number) ** 2;
    c += (values[i + 2] as number) ** 2;
    d += (values[i + 3] as number) ** 2;
  }
  for (let i = whole; i < values.length; i++) a += (values[i] as number) ** 2;
  return a + b + c + d;
}
