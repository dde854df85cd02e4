import type { Scheme } from '@lowbit/core';
import { backwardOf, forwardOf, siteParameters, type SimulatedWeight, type Site } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { siteTensors, withSiteTensors } from '../ops/site-tensors.js';
import { checkTensor } from '../ops/fake-quantize.js';
import { tfjsOps } from '../ops/tfjs-ops.js';
import { matrixForm, type Block } from './matrix-form.js';

/**
 * Simulates the quantization of a variable. Parameters are fitted again whenever its values have changed.
 *
 * @returns Gives the quantized value for the variable as it is now; the gradient reaches the variable by the quantizer's
 *   `backward`. To be called inside `tf.tidy`.
 */
export function simulatedVariable(variable: tf.Variable, weight: SimulatedWeight): () => tf.Tensor {
  const { quantizer, options, bits, shape, slicing } = weight;
  const { blocks, join } = matrixForm(shape, slicing);
  const forward = forwardOf(quantizer);
  const backward = backwardOf(quantizer);
  const name = `quantizer '${quantizer.name}'`;
  const schemeNow = latestScheme(variable, weight);

  const quantized = tf.customGrad((x, save) => {
    const input = tf.reshape(x as tf.Tensor, [...shape]);
    const sites = blocks.map((block) => siteOf(block, schemeNow()));
    (save as tf.GradSaveFunc)([input, ...sites.flatMap(siteTensors)]);
    const value = join(
      blocks.map((block, i) => {
        const matrix = block.toMatrix(input);
        const levels = forward(tfjsOps, matrix, sites[i] as Site<tf.Tensor>);
        return block.fromMatrix(checkTensor(levels, matrix, `${name}: forward`));
      }),
    );
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedInput, ...rest] = saved as [tf.Tensor, ...tf.Tensor[]];
      const above = tf.reshape(dy, [...shape]);
      const parts = blocks.map((block, i) => {
        const site = sites[i] as Site<tf.Tensor>;
        const own = withSiteTensors(site, rest.splice(0, siteTensors(site).length));
        const [matrix, upstream] = [block.toMatrix(savedInput), block.toMatrix(above)];
        const gradient = backward(tfjsOps, matrix, upstream, own).x;
        return block.fromMatrix(checkTensor(gradient, matrix, `${name}: backward`));
      });
      return tf.reshape(join(parts), variable.shape);
    };
    return { value: tf.reshape(value, variable.shape), gradFunc };
  });

  function siteOf(block: Block, scheme: Scheme): Site<tf.Tensor> {
    const count = blocks.reduce((sum, { slices }) => sum + slices.length, 0);
    const site = {
      role: 'weight',
      bits,
      options,
      parameters: siteParameters(tfjsOps, scheme, count),
    } as const;
    if (blocks.length === 1) return site;
    const rows = tf.tensor1d([...block.slices], 'int32');
    return withSiteTensors(
      site,
      siteTensors(site).map((column) => tf.gather(column, rows)),
    );
  }

  return () => quantized(variable);
}

/** The parameters for the variable's values as they are; one that fits in its forward pass is fitted once. */
function latestScheme(variable: tf.Variable, { quantizer, options, schemeOf }: SimulatedWeight) {
  const { fitsInForward = false } = quantizer;
  const fitsOnce = typeof fitsInForward === 'function' ? fitsInForward(options) : fitsInForward;
  let scheme: Scheme | undefined;
  let fitted: object | undefined;
  return (): Scheme => {
    const isCurrent = fitsOnce || fitted === variable.dataId;
    if (scheme === undefined || !isCurrent) scheme = schemeOf(Float32Array.from(variable.dataSync()));
    fitted = variable.dataId;
    return scheme;
  };
}
