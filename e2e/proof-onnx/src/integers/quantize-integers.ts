import { absmax, minMax, mse } from '@lowbit/baselines';
import {
  cascade,
  everywhere,
  quantize,
  type BitwidthPolicy,
  type Calibration,
  type Quantizer,
  type Report,
} from '@lowbit/core';
import { integerWeights, onnx, type IntegerForm } from '@lowbit/onnx';

/** How a model is quantized. */
export interface IntegerRecipe {
  readonly form: IntegerForm;
  readonly activations: Quantizer;
  /** `least-squares`: the range of each channel is searched for; `range`: its largest value, faster to find. */
  readonly weights: 'least-squares' | 'range';
  /** Weights that are computed with in floats: stored in 8 bits, or left as they are. */
  readonly rest: '8 bits' | 'float';
}

/** Quantizes a model to integers with ranges from a calibration; without one the ranges are measured at run time. */
export async function quantizeIntegers(
  bytes: Uint8Array,
  { form, activations, weights, rest }: IntegerRecipe,
  calibration?: Calibration,
): Promise<{ readonly bytes: Uint8Array; readonly report: Report }> {
  const symmetric = weights === 'range' ? absmax() : mse({ grid: 'symmetric' });
  const others = minMax(weights === 'range' ? { zeroPoint: 'real', refine: 'none' } : {});
  const policies = [everywhere(8), integerWeights(symmetric)];
  if (rest === 'float') policies.push(floatRest);
  const { model, report } = await quantize(onnx(bytes, { integers: form }), {
    weights: others,
    bits: cascade(...policies),
    activations,
    ...(calibration === undefined ? {} : { calibration }),
  });
  return { bytes: model.bytes, report };
}

/** Leaves the weights of layers without integer operators as they are: they cost accuracy and hold few bytes. */
const floatRest: BitwidthPolicy = {
  kind: 'policy',
  api: 1,
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
