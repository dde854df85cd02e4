import { LowbitError } from '@lowbit/core';
import { activationSite, observedBy, type FittedSite } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { fakeQuantize } from '../ops/fake-quantize.js';
import { tfjsOps } from '../ops/tfjs-ops.js';
import { patchesProblemOf, productOfPatches } from './patches.js';

type Inputs = tf.Tensor | tf.Tensor[];
type Result = ReturnType<layers.Layer['call']>;

/** Calls a layer with its input quantized. */
export type QuantizedCall = (
  inputs: Inputs,
  call: (inputs: Inputs) => Result,
  within: <R>(run: () => R) => R,
) => Result;

/**
 * The call of a layer whose input is quantized as the site says: everything at once, sample by sample, or patch by patch.
 * Gradients follow the quantizer's `backward`.
 *
 * @throws LowbitError `layer-unsupported` for patches of a layer whose patches are not known.
 */
export function inputQuantizer(site: FittedSite, layer: layers.Layer): QuantizedCall {
  const observed = observedBy(site.quantizer, site.options);
  const problem = observed === 'patches' ? patchesProblemOf(layer) : undefined;
  if (problem !== undefined) throw noPatches(site, problem);
  const quantize = (x: tf.Tensor, shape: [number, number]) =>
    tf.reshape(fakeQuantize(site.quantizer, activationSite(tfjsOps, site))(tf.reshape(x, shape)), x.shape);
  const isConvolution = layer.getClassName() === 'Conv2D';
  if (observed === 'patches' && isConvolution)
    return (inputs, _call, within) => {
      const rows = (patches: tf.Tensor) => quantize(patches, [-1, patches.shape.at(-1) as number]);
      return within(() => productOfPatches(layer, firstOf(inputs), rows));
    };
  return (inputs, call) => {
    const x = firstOf(inputs);
    const last = x.shape.at(-1) as number;
    const rows = { values: [1, -1], samples: [x.shape[0] as number, -1], patches: [-1, last] } as const;
    return call(quantize(x, [...rows[observed]]));
  };
}

function noPatches({ id, quantizer }: FittedSite, received: string): LowbitError {
  return new LowbitError({
    code: 'layer-unsupported',
    where: `site '${id}'`,
    expected: `a layer with patches, for ${quantizer.name}`,
    received,
    remedy: 'Choose the scope of samples, or quantize the float model again: such activations stay float.',
  });
}

function firstOf(inputs: Inputs): tf.Tensor {
  return Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
}
