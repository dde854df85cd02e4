import { LowbitError } from '@lowbit/core';
import type { HeldValues, TrainablePort } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { layerCalls, substituteSites } from '../observe/layer-calls.js';
import { separateArguments } from '../model/call-arguments.js';
import { variablesOf } from '../model/internals.js';
import { surveyModel } from '../model/survey.js';
import { lossOn } from './loss-on.js';
import { updateNorms } from './update-norms.js';
import { simulatedVariable } from './simulated-variable.js';
import { setValues, tensorOf } from '../model/variable-values.js';

type TrainingSide = Required<
  Pick<
    TrainablePort<LayersModel>,
    'hold' | 'simulate' | 'substitute' | 'variables' | 'assign' | 'loss' | 'updateNormalization' | 'release'
  >
>;

interface Place {
  readonly variable: LayerVariable;
  /** Every layer that uses the variable. */
  readonly layers: readonly layers.Layer[];
}

/** What the port of a model can do while the user trains the model. */
export function trainingSide(model: LayersModel): TrainingSide {
  const calls = layerCalls();
  const unpin = new Map<string, () => void>();
  const places = () => placesOf(model);
  return {
    hold(id, held) {
      unpin.get(id)?.();
      unpin.set(id, pinVariable(tensorOf(place(places(), id).variable), held));
    },
    simulate(weights) {
      separateArguments(model);
      const all = places();
      const reads = new Map<layers.Layer, Map<LayerVariable, () => tf.Tensor>>();
      for (const weight of weights) {
        const { variable, layers: users } = place(all, weight.id);
        const quantized = simulatedVariable(tensorOf(variable), weight);
        for (const layer of users)
          reads.set(layer, new Map([...(reads.get(layer) ?? []), [variable, quantized]]));
      }
      for (const layer of new Set([...all.values()].flatMap((each) => each.layers)))
        if (reads.has(layer) || calls.has(layer))
          calls.change(layer, { reads: reads.get(layer) ?? new Map() });
    },
    substitute(sites) {
      separateArguments(model);
      substituteSites(model, sites, calls);
    },
    async variables() {
      const values = [...places()].map(
        async ([id, { variable }]) => [id, Float32Array.from(await tensorOf(variable).data())] as const,
      );
      return new Map(await Promise.all(values));
    },
    assign(values) {
      const all = places();
      for (const [id, numbers] of values) setValues(tensorOf(place(all, id).variable), numbers);
    },
    loss: (batches, replaced) => {
      checkCompiled(model);
      return lossOn(model, batches, replaced);
    },
    async updateNormalization(batches) {
      updateNorms(model, batches);
    },
    release() {
      calls.restore();
      for (const undo of unpin.values()) undo();
      unpin.clear();
    },
  };
}

function placesOf(model: LayersModel): Map<string, Place> {
  checkTrainable(model);
  const places = new Map<string, Place>();
  for (const { layer, variables } of surveyModel(model))
    for (const { id, variable } of variables) {
      const users = places.get(id)?.layers ?? [];
      places.set(id, { variable, layers: users.includes(layer) ? users : [...users, layer] });
    }
  return places;
}

function checkTrainable(model: LayersModel): void {
  const packed = variablesOf(model).find(
    (variable) => !tf.tidy(() => variable.read() instanceof tf.Variable),
  );
  if (packed === undefined) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: packed.originalName,
    expected: 'a model whose weights can change',
    received: "one that was loaded with weights: 'packed'",
    remedy: "Load it with weights: 'float' to train it.",
  });
}

function checkCompiled(model: LayersModel): void {
  if (model.loss !== undefined) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'train',
    expected: 'a compiled model, so that the loss on the batches can be measured',
    received: 'a model that was not compiled',
    remedy: 'Call model.compile({ optimizer, loss }) first, or train without batches.',
  });
}

function place(places: ReadonlyMap<string, Place>, id: string): Place {
  const found = places.get(id);
  if (found !== undefined) return found;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: id,
    expected: 'a weight of this model',
    received: `a model with ${[...places.keys()].slice(0, 3).join(', ')} …`,
    remedy: 'Give layers names of your own: TensorFlow.js numbers unnamed ones anew each time.',
  });
}

/**
 * Writes held values into a variable, and keeps them: every later assignment, by whatever optimizer, changes the other
 * values only. Optimizers move a variable by `assign` alone, so this holds under momentum, Adam and weight decay.
 *
 * @returns Takes the pin out again; the values stay.
 */
function pinVariable(variable: tf.Variable, { values, mask }: HeldValues): () => void {
  const [held, isHeld] = tf.tidy(() => [
    tf.keep(tf.tensor(values, variable.shape, 'float32')),
    tf.keep(tf.tensor(mask, variable.shape, 'bool')),
  ]) as [tf.Tensor, tf.Tensor];
  const assign = variable.assign.bind(variable);
  variable.assign = (next) => tf.tidy(() => assign(tf.where(isHeld, held, next)));
  tf.tidy(() => variable.assign(tf.clone(variable)));
  return () => {
    delete (variable as Partial<tf.Variable>).assign;
    tf.dispose([held, isHeld]);
  };
}
