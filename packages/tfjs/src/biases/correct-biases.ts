import type { BiasNote } from '@lowbit/core/adapter';
import { sizeOf } from '@lowbit/core/adapter';
import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { variableOf } from '../fold/folded-values.js';
import { assignValues } from '../model/assign-values.js';
import { readVariable } from '../model/read-variable.js';
import { surveyModel } from '../model/survey.js';
import type { CorrectedLayers } from './corrected-layers.js';
import { layerBias } from './layer-bias.js';

type Layer = layers.Layer;

/** What changes by a shift. */
interface Change {
  readonly variable: LayerVariable;
  /** The first of its values that does. */
  readonly from: number;
  /** What a channel that is too large by 1 adds to its value. */
  readonly sign: 1 | -1;
  readonly note: BiasNote;
}

/**
 * Takes what quantized weights add to their output channels on average off the biases of `copy`, which has the topology of `model` with
 * biases where there were none, or off the mean that a batch normalization behind takes off.
 *
 * @param shifts By the ids of the weights.
 * @returns What became of them, by the ids.
 */
export async function correctBiases(
  model: LayersModel,
  copy: LayersModel,
  shifts: ReadonlyMap<string, Float32Array>,
  { norms, made }: CorrectedLayers,
): Promise<ReadonlyMap<string, BiasNote>> {
  const targets = surveyModel(copy);
  const copies = new Map(surveyModel(model).map(({ layer }, i) => [layer, targets[i]?.layer as Layer]));
  const notes = new Map<string, BiasNote>();
  const done = new Set<LayerVariable>();
  for (const { layer, variables } of surveyModel(model)) {
    for (const { id, key } of variables) {
      const shift = shifts.get(id);
      if (shift === undefined) continue;
      const own = copies.get(layer) as Layer;
      const norm = norms.get(layer);
      const change =
        norm === undefined ? inBias(own, key, made.has(layer), done) : inMean(copies.get(norm) as Layer);
      if (typeof change === 'string') {
        notes.set(id, { form: 'float', storedBytes: 0, left: true, reason: `stays as it is: ${change}` });
        continue;
      }
      await add(change, shift);
      done.add(change.variable);
      if (!notes.has(id)) notes.set(id, change.note);
    }
  }
  return notes;
}

function inBias(
  layer: Layer,
  key: string,
  isNew: boolean,
  done: ReadonlySet<LayerVariable>,
): Change | string {
  const place = layerBias(layer, key, false);
  if (typeof place === 'string') return place;
  const variable = variableOf(layer, place.variable) as LayerVariable;
  const counts = isNew && !done.has(variable);
  const storedBytes = counts ? sizeOf(place.shape) * Float32Array.BYTES_PER_ELEMENT : 0;
  const note = isNew
    ? { form: 'new bias', storedBytes, reason: 'its layer takes one' }
    : { form: 'bias', storedBytes, reason: 'in its place' };
  return { variable, from: place.from, sign: -1, note };
}

/** A batch normalization takes its mean off what comes in. */
const inMean = (norm: Layer): Change => ({
  variable: variableOf(norm, 'moving_mean') as LayerVariable,
  from: 0,
  sign: 1,
  note: { form: 'mean', storedBytes: 0, reason: 'in the mean of the batch normalization behind its layer' },
});

async function add({ variable, from, sign }: Change, shift: Float32Array): Promise<void> {
  const values = await readVariable(variable, variable.name);
  for (const [channel, off] of shift.entries()) values[from + channel]! += sign * off;
  assignValues(variable, values);
}
