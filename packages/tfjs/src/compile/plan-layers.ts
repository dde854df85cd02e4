import { unpackTensor } from '@lowbit/core';
import type { IntegerWeights, LayerInputs } from '@lowbit/kernels';
import type { layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { findFolds } from '../fold/find-folds.js';
import { normalizationFactors, variableOf } from '../fold/folded-values.js';
import { innerLayers, siteOf } from '../model/inner-layers.js';
import { packedWeights } from '../model/packed-weights.js';
import { readVariable } from '../model/read-variable.js';
import { type ModelLayer, surveyModel } from '../model/survey.js';
import { integerWeights, type WeightForm } from './integer-weights.js';
import { inputsOf } from './quantized-inputs.js';
import { type Border, borderBefore } from './border.js';
import { type Rectifier, rectifierAfter } from './rectifier.js';

type Layer = layers.Layer;

/** What a packed layer multiplies and adds. */
export interface PackedParts {
  readonly weights: IntegerWeights;
  /** How its inputs are quantized: as the model does, or to 8 bits. */
  readonly inputs: LayerInputs;
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
  /** What stands for it in the model: itself, or what quantizes its input. */
  readonly outer: Layer;
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
    const outer = outerOf(layer, model);
    planned.push({ id, layer, outer, outcome: await outcomeOf(one, outer) });
  }
  const folded = new Map(
    planned.flatMap(({ id, outcome }) =>
      typeof outcome !== 'string' && outcome.norm ? [[outcome.norm, id]] : [],
    ),
  );
  return planned.filter(({ layer }) => !folded.has(layer));

  async function outcomeOf(
    { id, layer, variables }: ModelLayer,
    outer: Layer,
  ): Promise<PackedParts | string> {
    const rule = kernelRules[layer.getClassName()];
    const kernel = variables.find(({ key }) => key === rule?.variable);
    const stored = kernel && packed.get(kernel.id);
    const refusal = refuse(layer, rule !== undefined, model.layers.includes(outer), stored !== undefined);
    if (refusal !== undefined) return refusal;
    const inputs = layerInputs(layer, outer, isDynamic);
    if (typeof inputs === 'string') return inputs;
    const tensor = unpackTensor(stored!);
    const narrowest = inputs.kind === 'dynamic' ? rule!.narrowest : 1;
    const values = await readVariable(kernel!.variable, kernel!.id);
    const weights = integerWeights(tensor, values, { ...rule!, narrowest });
    if (typeof weights === 'string') return weights;
    const own = variableOf(layer, 'bias');
    const outputs = rule!.outputAxes.reduce((product, axis) => product * weights.shape[axis]!, 1);
    const bias = own ? await readVariable(own, `${id}/bias`) : new Float32Array(outputs);
    const border = outer === layer ? borderBefore(layer, ends) : undefined;
    const norm = folds.get(layer)?.norm;
    const rectifier = rectifierAfter(norm ?? outer, ends);
    const around = { inputs, rectifier, border };
    if (norm === undefined || !norms.has(norm)) return { weights, bias, norm: undefined, ...around };
    return { ...(await normalized(weights, bias, norm)), norm, ...around };
  }
}

/** The layer of the model that stands for one: what quantizes its input, where that is quantized. */
function outerOf(layer: Layer, model: LayersModel): Layer {
  const holds = (one: Layer) => siteOf(one) !== undefined && innerLayers(one).includes(layer);
  return model.layers.find(holds) ?? layer;
}

function layerInputs(layer: Layer, outer: Layer, isDynamic: boolean): LayerInputs | string {
  const site = siteOf(outer);
  if (site !== undefined) {
    const isDepthwise = layer.getClassName() === 'DepthwiseConv2D';
    if (isDepthwise) return 'the kernels have no depthwise convolutions of quantized inputs';
    const { length } = (outer.input as SymbolicTensor).shape;
    return inputsOf(site, layer.getClassName() === 'Dense' ? length : undefined);
  }
  return isDynamic
    ? { kind: 'dynamic' }
    : "its inputs are floats: compile(model, { activations: 'dynamic' }) quantizes them to 8 bits";
}

/** The kernel of a layer class, the axes of its output channels, and how narrow its weights can be. */
interface KernelRule extends WeightForm {
  readonly variable: string;
}

const kernelRules: Readonly<Record<string, KernelRule>> = {
  Dense: { variable: 'kernel', outputAxes: [1], narrowest: 4 },
  Conv2D: { variable: 'kernel', outputAxes: [3], narrowest: 4 },
  DepthwiseConv2D: { variable: 'depthwise_kernel', outputAxes: [2, 3], narrowest: 8 },
};

function refuse(layer: Layer, isKnown: boolean, isOuter: boolean, isQuantized: boolean): string | undefined {
  if (!isKnown) return `there are no kernels for ${layer.getClassName()}`;
  if (!isOuter) return 'it lies in another model or a wrapper';
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
    weights: {
      ...weights,
      scales: spread(weights.scales),
      ...(weights.shifts && { shifts: spread(weights.shifts) }),
    },
    bias: bias.map((value, c) => (value - means[c]!) * factors[c]! + betas[c]!),
  };
}
