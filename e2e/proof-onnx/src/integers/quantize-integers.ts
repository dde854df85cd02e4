import { absmax, minMax, mse } from '@lowbit/baselines';
import {
  cascade,
  everywhere,
  quantize,
  type Batch,
  type BitwidthPolicy,
  type Calibration,
  type QuantizeOptions,
  type Quantizer,
  type Report,
} from '@lowbit/core';
import { integerWeights, type OnnxPort } from '@lowbit/onnx';

/** How a model is quantized. */
export interface IntegerRecipe {
  readonly activations: Quantizer;
  /** `least-squares`: the range of each channel is searched for; `range`: its largest value, faster to find. */
  readonly weights: 'least-squares' | 'range';
  /** Weights that are computed with in floats: stored in 8 bits, or left as they are. */
  readonly rest: '8 bits' | 'float';
  /** Data by which biases take off what quantized weights add on average; without them biases stay. */
  readonly biases?: readonly Batch[];
}

/** Quantizes a model that was opened for a form of integers, with ranges from a calibration; without one the ranges are measured at run time. */
export async function quantizeIntegers(
  port: OnnxPort,
  { activations, weights, rest, biases }: IntegerRecipe,
  calibration?: Calibration,
  options?: QuantizeOptions,
): Promise<{ readonly bytes: Uint8Array; readonly report: Report }> {
  const symmetric = weights === 'range' ? absmax() : mse({ grid: 'symmetric' });
  const others = minMax(weights === 'range' ? { zeroPoint: 'real', refine: 'none' } : {});
  const policies = [everywhere(8), integerWeights(symmetric)];
  if (rest === 'float') policies.push(floatRest);
  const recipe = {
    weights: others,
    bits: cascade(...policies),
    activations,
    ...(calibration === undefined ? {} : { calibration }),
    ...(biases === undefined ? {} : { correctBiases: true, data: biases }),
  };
  const { model, report } = await quantize(port, recipe, options);
  return { bytes: model.bytes, report };
}

/** Leaves the weights of layers without integer operators as they are: they cost accuracy and hold few bytes. */
const floatRest: BitwidthPolicy = {
  kind: 'policy',
  api: 2,
  name: 'float-rest',
  summary: 'floats where no integer operator is used',
  assign(draft, layers) {
    const rest = layers.filter(({ sites }) => sites.length === 0).flatMap((layer) => layer.weights);
    const ids = new Set(rest.map(({ id }) => id));
    return draft.map((entry) =>
      ids.has(entry.id) ? { ...entry, bits: 'float', reason: 'computed in floats' } : entry,
    );
  },
};
