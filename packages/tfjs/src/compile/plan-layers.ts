import { type QuantizedTensor, unpackTensor } from '@lowbit/core';
import type { IntegerWeights, LayerInputs } from '@lowbit/kernels';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { variableOf } from '../fold/folded-values.js';
import { innerLayers, siteOf } from '../model/inner-layers.js';
import { packedWeights } from '../model/packed-weights.js';
import { readVariable } from '../model/read-variable.js';
import { type ModelLayer, surveyModel } from '../model/survey.js';
import { integerWeights, type WeightForm } from './integer-weights.js';
import { normalizationAfter, normalized } from './normalization.js';
import { inputsOf } from './quantized-inputs.js';
import { type Border, borderBefore } from './border.js';
import { activationLimits, type Limits, type Rectifier, rectifierAfter } from './rectifier.js';
import { type Residual, residualAfter } from './residual.js';

type Layer = layers.Layer;

/** What a layer multiplies and adds. */
export interface PackedWeights {
  readonly weights: IntegerWeights;
  readonly bias: Float32Array;
}

/** A packed layer, and what goes into it. */
export interface PackedParts extends PackedWeights {
  /** How its inputs are quantized: as the model does, or to 8 bits. */
  readonly inputs: LayerInputs;
  /** The batch normalization that is in both. */
  readonly norm: Layer | undefined;
  /** What adds something else after both. */
  readonly residual: Residual | undefined;
  /** A rectifier after all that, which goes into the layer too. */
  readonly rectifier: Rectifier | undefined;
  /** Limits that all that keeps; `undefined` where the layer's activation does something else. */
  readonly limits: Limits | undefined;
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
  const ends = new Set(model.outputs);
  const added = new Set<Layer>();
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
    const values = await readVariable(kernel!.variable, kernel!.id);
    const found = integerInputs(inputsFor(layer, outer, isDynamic), unpackTensor(stored!), values, rule!);
    if (typeof found === 'string') return found;
    const { weights, inputs } = found;
    const offsets = variableOf(layer, 'bias');
    const outputs = rule!.outputAxes.reduce((product, axis) => product * weights.shape[axis]!, 1);
    const bias = offsets ? await readVariable(offsets, `${id}/bias`) : new Float32Array(outputs);
    // Zeros that are quantized stay zeros where they are a level.
    const isZero = outer === layer || inputs.kind === 'steps';
    const border = isZero ? borderBefore(layer, outer, ends) : undefined;
    const norm = normalizationAfter(layer, outer, ends);
    const residual = residualOf(layer, norm ?? outer);
    const rectifier = rectifierAfter(residual?.layer ?? norm ?? outer, ends);
    const own = activationLimits(layer.getConfig()['activation'] ?? 'linear');
    const limits = own && { ...own, ...rectifier?.limits };
    const product = norm ? await normalized({ weights, bias }, norm) : { weights, bias };
    return { ...product, inputs, norm, residual, rectifier, limits, border };
  }

  /** The residual connection behind a convolution. One that joins two of them is that of the first. */
  function residualOf(layer: Layer, end: Layer): Residual | undefined {
    const residual = layer.getClassName() === 'Dense' ? undefined : residualAfter(end, ends);
    if (residual === undefined || added.has(residual.layer)) return undefined;
    added.add(residual.layer);
    return residual;
  }
}

/** The layer of the model that stands for one: what quantizes its input, where that is quantized. */
function outerOf(layer: Layer, model: LayersModel): Layer {
  const holds = (one: Layer) => siteOf(one) !== undefined && innerLayers(one).includes(layer);
  return model.layers.find(holds) ?? layer;
}

/** What the inputs of a layer may be for the kernels: what comes first is tried first; or why there is nothing. */
function inputsFor(layer: Layer, outer: Layer, isDynamic: boolean): readonly LayerInputs[] | string {
  const site = siteOf(outer);
  if (site !== undefined) {
    return inputsOf(site, layer.getClassName() === 'Dense' ? axesInto(outer) : undefined);
  }
  return isDynamic
    ? [{ kind: 'dynamic' }]
    : "its inputs are floats: compile(model, { activations: 'dynamic' }) quantizes them to 8 bits";
}

/** The most axes that an input of a layer has, which may be called several times. */
function axesInto({ inboundNodes }: Layer): number {
  return Math.max(
    ...inboundNodes.flatMap(({ inputTensors }) => inputTensors.map(({ shape }) => shape.length)),
  );
}

/** The first of some inputs that go with weights, and these; or why the last one does not. */
function integerInputs(
  inputs: readonly LayerInputs[] | string,
  tensor: QuantizedTensor,
  values: Float32Array,
  rule: KernelRule,
): Pick<PackedParts, 'weights' | 'inputs'> | string {
  if (typeof inputs === 'string') return inputs;
  let why = '';
  for (const one of inputs) {
    const isNarrow = one.kind === 'signs' || one.kind === 'codes';
    if (isNarrow && rule.narrowest === 8) {
      why = 'the kernels have no depthwise convolutions of inputs of 1 or 2 bits';
      continue;
    }
    const narrowest = isNarrow ? 1 : rule.narrowest;
    const takesThree = rule.isDense && one.kind === 'signs';
    const weights = integerWeights(tensor, values, { ...rule, narrowest, takesThree });
    if (typeof weights !== 'string') return { weights, inputs: one };
    why = weights;
  }
  return why;
}

/** The kernel of a layer class, the axes of its output channels, and how narrow its weights can be. */
interface KernelRule extends WeightForm {
  readonly variable: string;
  readonly isDense: boolean;
}

const kernelRules: Readonly<Record<string, KernelRule>> = {
  Dense: { variable: 'kernel', outputAxes: [1], narrowest: 4, isDense: true },
  Conv2D: { variable: 'kernel', outputAxes: [3], narrowest: 4, isDense: false },
  DepthwiseConv2D: { variable: 'depthwise_kernel', outputAxes: [2, 3], narrowest: 8, isDense: false },
};

function refuse(layer: Layer, isKnown: boolean, isOuter: boolean, isQuantized: boolean): string | undefined {
  if (!isKnown) return `there are no kernels for ${layer.getClassName()}`;
  if (!isOuter) return 'it lies in another model or a wrapper';
  if (layer.getConfig()['dataFormat'] === 'channelsFirst') return 'it has its channels first';
  return isQuantized
    ? undefined
    : 'its weights are not quantized, or not known to be: quantize or load of lowbit makes that known';
}
