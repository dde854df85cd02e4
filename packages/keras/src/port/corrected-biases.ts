import type { BiasNote } from '@lowbit/core/adapter';
import { sizeOf } from '@lowbit/core/adapter';
import { biasPlace, type BiasPlace } from '@lowbit/tfjs-format';
import type { KerasLayer, KerasNetwork, KerasWeight } from '../model.js';
import { type Leaf, leavesOf } from './leaves.js';

/** Biases that take off what quantized weights add to their output channels on average. */
export interface CorrectedBiases {
  /** Those that there were, by their ids. */
  readonly changed: ReadonlyMap<string, KerasWeight>;
  /** Those that are made, by the ids of the weights behind which they stand among the weights of their layers. */
  readonly made: ReadonlyMap<string, KerasWeight>;
  /** What became of shifts, by the ids of the weights. */
  readonly notes: ReadonlyMap<string, BiasNote>;
}

/** Where numbers are added to the output channels of a weight of a layer; why nowhere, a clause. */
export function layerBias({ layer, called }: Leaf, { name, shape }: KerasWeight): BiasPlace | string {
  const { className, config: settings, weights } = layer;
  const shapeOf = (variable: string) => weights.find((one) => tfjsName(one.name) === variable)?.shape;
  const canHaveBias = called !== undefined;
  return biasPlace(className, tfjsName(name), { shape, shapeOf, canHaveBias, settings });
}

const tfjsName = (name: string): string => name.replaceAll('/', '_');

/** @param shifts What quantized weights add to each output channel on average, by their ids. */
export function correctedBiases(
  network: KerasNetwork,
  shifts: ReadonlyMap<string, Float32Array>,
): CorrectedBiases {
  const notes = new Map<string, BiasNote>();
  const biases = new Map<string, CorrectedBias>();
  for (const leaf of leavesOf(network)) {
    const places = leaf.layer.weights.map((weight) => ({ weight, place: layerBias(leaf, weight) }));
    const isNew = (place: BiasPlace | string) => typeof place !== 'string' && place.isNew;
    // A layer has all its biases or none.
    const makes = places.some(({ weight, place }) => shifts.has(weight.id) && isNew(place));
    for (const { weight, place } of places) {
      const shift = shifts.get(weight.id);
      if (typeof place === 'string') {
        if (shift !== undefined) notes.set(weight.id, left(place));
        continue;
      }
      if (shift === undefined && !(makes && place.isNew)) continue;
      const found = biasAt(place, leaf.layer, weight);
      const known = biases.get(found.bias.id);
      const own = { ...found, shifts: known?.shifts ?? new Map(), after: weight.id };
      biases.set(found.bias.id, own);
      if (shift === undefined) continue;
      own.shifts.set(weight.id, { shift, from: place.from });
      if (!notes.has(weight.id)) notes.set(weight.id, noteOf(own, known === undefined));
    }
  }
  const all = [...biases.values()];
  const [made, changed] = [all.filter(({ isNew }) => isNew), all.filter(({ isNew }) => !isNew)];
  return {
    changed: new Map(changed.map((one) => [one.bias.id, shifted(one)])),
    made: new Map(made.map((one) => [one.after, shifted(one)])),
    notes,
  };
}

const left = (reason: string): BiasNote => ({
  form: 'float',
  storedBytes: 0,
  left: true,
  reason: `stays as it is: ${reason}`,
});

interface CorrectedBias {
  readonly bias: KerasWeight;
  readonly isNew: boolean;
  /** Id of the last of its weights. */
  readonly after: string;
  /** By the ids of the weights, each once wherever it is used. */
  readonly shifts: Map<string, { readonly shift: Float32Array; readonly from: number }>;
}

/** A new one has its name as TensorFlow.js and the layer's other weights do: `query/bias` beside `query/kernel`. */
function biasAt({ variable, shape, isNew }: BiasPlace, layer: KerasLayer, weight: KerasWeight) {
  const there = layer.weights.find(({ name }) => tfjsName(name) === variable);
  if (!isNew && there !== undefined) return { bias: there, isNew };
  const name = `${weight.name.slice(0, weight.name.lastIndexOf('/') + 1)}bias`;
  const read = async () => new Float32Array(sizeOf(shape));
  const bias: KerasWeight = { id: `${layer.id}/${name}`, name, shape, storedType: 'float32', read };
  return { bias, isNew: true };
}

function noteOf({ bias, isNew }: CorrectedBias, isFirst: boolean): BiasNote {
  if (!isNew) return { form: 'bias', storedBytes: 0, reason: 'in its place' };
  const storedBytes = isFirst ? sizeOf(bias.shape) * Float32Array.BYTES_PER_ELEMENT : 0;
  return { form: 'new bias', storedBytes, reason: 'its layer takes one' };
}

function shifted({ bias, shifts }: CorrectedBias): KerasWeight {
  const read = async () => {
    const values = await bias.read();
    for (const { shift, from } of shifts.values())
      for (const [channel, off] of shift.entries()) values[from + channel]! -= off;
    return values;
  };
  return { ...bias, storedType: 'float32', read };
}
