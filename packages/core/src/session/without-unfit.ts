import type { LayerDescriptor, WeightDescriptor } from '../contract/descriptors.js';
import type { SessionOptions } from '../contract/events.js';
import { checkHas, checkListOf } from '../errors/check-kinds.js';
import { isLowbitError } from '../errors/error.js';
import { waveFilters } from '../plan/wave-filters.js';
import { unfitReason } from './unfit-weights.js';

/** What of a model can be quantized, as an inspection tells it. */
interface PossibleWeights {
  readonly quantizable: readonly { readonly id: string; readonly op: string; readonly bytes: number }[];
  readonly quantizableBytes: number;
  readonly skipped: readonly {
    readonly op: string;
    readonly reason: string;
    readonly count: number;
    readonly subjects: readonly string[];
  }[];
}

/**
 * What can be quantized without the weights that `quantize` leaves float for their values, which become reasons: those that hold NaN, an
 * infinity or a number that stands for one, and sampled sinusoids. Weights are read one after the other; one that cannot be read, as from a
 * file that is missing, is not judged.
 *
 * @param layers What the port of the model tells.
 * @throws LowbitError `aborted`.
 */
export async function withoutUnfit<P extends PossibleWeights>(
  possible: P,
  layers: readonly LayerDescriptor[],
  options: Pick<SessionOptions, 'signal'> = {},
): Promise<P> {
  const call = 'withoutUnfit(possible, layers)';
  checkHas(possible, ['quantizable', 'skipped'], call, 'what an inspection tells');
  checkListOf(isLayer, layers, call, 'the layers that a port tells');
  const offered = new Set(possible.quantizable.map(({ id }) => id));
  const weights = new Map(layers.flatMap((layer) => layer.weights.map((weight) => [weight.id, weight])));
  const reasons = new Map<string, string>();
  for (const weight of weights.values()) {
    const reason = offered.has(weight.id) ? await whyUnfit(weight, options) : undefined;
    if (reason !== undefined) reasons.set(weight.id, reason);
  }
  const quantizable = possible.quantizable.filter(({ id }) => !reasons.has(id));
  const left = possible.quantizable.flatMap(({ id, op }) => {
    const reason = reasons.get(id);
    return reason === undefined ? [] : [{ op, reason, count: 1, subjects: [id] }];
  });
  const quantizableBytes = quantizable.reduce((sum, { bytes }) => sum + bytes, 0);
  return { ...possible, quantizable, quantizableBytes, skipped: [...left, ...possible.skipped] };
}

const isLayer = (layer: unknown) => Array.isArray((Object(layer) as Partial<LayerDescriptor>).weights);

async function whyUnfit(
  weight: WeightDescriptor,
  options: Pick<SessionOptions, 'signal'>,
): Promise<string | undefined> {
  const values = await readable(weight);
  if (values === undefined) return undefined;
  const unfit = unfitReason(values);
  if (unfit !== undefined) return `${weight.id} ${unfit}`;
  return (await waveFilters([{ ...weight, read: () => values }], options)).get(weight.id);
}

async function readable(weight: WeightDescriptor): Promise<Float32Array | undefined> {
  try {
    return await weight.read();
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}
