import { unpackTensor } from '@lowbit/core';
import type { IntegerWeights } from '@lowbit/kernels';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { findFolds } from '../fold/find-folds.js';
import { normalizationFactors, variableOf } from '../fold/folded-values.js';
import { packedWeights } from '../model/packed-weights.js';
import { readVariable } from '../model/read-variable.js';
import { type ModelLayer, surveyModel } from '../model/survey.js';
import { integerWeights } from './integer-weights.js';
import { type Border, borderBefore } from './border.js';
import { type Rectifier, rectifierAfter } from './rectifier.js';

type Layer = layers.Layer;

/** What a packed layer multiplies and adds. */
export interface PackedParts {
  readonly weights: IntegerWeights;
  readonly bias: Float32Array;
  /** The batch normalization that is in both. */
  readonly norm: Layer | undefined;
  /** A rectifier after both, which goes into the layer too. */
  readonly rectifier: Rectifier | undefined;
  /** A layer before it that puts zeros around pictures, and how many. */
  readonly border: Border | undefined;
}

/** A layer with weights, and its parts, or why it does not run packed. */
export interface PlannedLayer {
  readonly id: string;
  readonly layer: Layer;
  readonly outcome: PackedParts | string;
}

/** Which layers with weights run packed. */
export async function planLayers(model: LayersModel, isDynamic: boolean): Promise<PlannedLayer[]> {
  const packed = packedWeights(model);
  const { folds, norms } = findFolds(model);
  const ends = new Set(model.outputs);
  const planned: PlannedLayer[] = [];
  for (const one of surveyModel(model).filter(({ variables }) => variables.length > 0)) {
    const { id, layer } = one;
    const outcome = await outcomeOf(one);
    planned.push({ id, layer, outcome });
  }
  const folded = new Map(
    planned.flatMap(({ id, outcome }) =>
      typeof outcome !== 'string' && outcome.norm ? [[outcome.norm, id]] : [],
    ),
  );
  return planned.filter(({ layer }) => !folded.has(layer));

  async function outcomeOf({ id, layer, variables }: ModelLayer): Promise<PackedParts | string> {
    const rule = kernelRules[layer.getClassName()];
    const kernel = variables.find(({ key }) => key === rule?.variable);
    const stored = kernel && packed.get(kernel.id);
    const refusal = refuse(layer, rule !== undefined, model, stored !== undefined);
    if (refusal !== undefined) return refusal;
    if (!isDynamic)
      return "its inputs are floats: compile(model, { activations: 'dynamic' }) quantizes them to 8 bits";
    const tensor = unpackTensor(stored!);
    const { outputAxes, narrowest } = rule!;
    const weights = integerWeights(
      tensor,
      await readVariable(kernel!.variable, kernel!.id),
      outputAxes,
      narrowest,
    );
    if (typeof weights === 'string') return weights;
    const own = variableOf(layer, 'bias');
    const outputs = outputAxes.reduce((product, axis) => product * weights.shape[axis]!, 1);
    const bias = own ? await readVariable(own, `${id}/bias`) : new Float32Array(outputs);
    const border = borderBefore(layer, ends);
    const norm = folds.get(layer)?.norm;
    const rectifier = rectifierAfter(norm ?? layer, ends);
    const around = { rectifier, border };
    if (norm === undefined || !norms.has(norm)) return { weights, bias, norm: undefined, ...around };
    return { ...(await normalized(weights, bias, norm)), norm, ...around };
  }
}

/** The kernel of a layer class, the axes of its output channels, and how narrow its weights can be. */
interface KernelRule {
  readonly variable: string;
  readonly outputAxes: readonly number[];
  readonly narrowest: 4 | 8;
}

const kernelRules: Readonly<Record<string, KernelRule>> = {
  Dense: { variable: 'kernel', outputAxes: [1], narrowest: 4 },
  Conv2D: { variable: 'kernel', outputAxes: [3], narrowest: 4 },
  DepthwiseConv2D: { variable: 'depthwise_kernel', outputAxes: [2, 3], narrowest: 8 },
};

function refuse(
  layer: Layer,
  isKnown: boolean,
  model: LayersModel,
  isQuantized: boolean,
): string | undefined {
  if (!isKnown) return `there are no kernels for ${layer.getClassName()}`;
  if (!model.layers.includes(layer))
    return 'it lies in another model or a wrapper, or its inputs are quantized by the model';
  if (layer.getConfig()['dataFormat'] === 'channelsFirst') return 'it has its channels first';
  return isQuantized
    ? undefined
    : 'its weights are not quantized, or not known to be: quantize or load of lowbit makes that known';
}

/** Grids and biases with the batch normalization after them, each rounded once. */
async function normalized(weights: IntegerWeights, bias: Float32Array, norm: Layer) {
  const { factors, means, betas } = await normalizationFactors(norm);
  const spread = (given: ArrayLike<number>) =>
    Float32Array.from(factors, (factor, channel) => factor * given[given.length === 1 ? 0 : channel]!);
  return {
    weights: { ...weights, scales: spread(weights.scales), shifts: spread(weights.shifts!) },
    bias: bias.map((value, c) => (value - means[c]!) * factors[c]! + betas[c]!),
  };
}
