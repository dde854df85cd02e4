import { decode, encode } from '@lowbit/core';
import {
  arrayOps,
  backwardOf,
  forwardOf,
  optionsOf,
  seededRandom,
  siteParameters,
  type Quantizer,
  type Role,
  type SliceParameters,
} from '@lowbit/core/method';

/** One row of values through a quantizer. */
export function apply(quantizer: Quantizer, values: readonly number[], bits: number, role: Role = 'weight') {
  const options = optionsOf(quantizer, {});
  const shape = [1, values.length];
  const data = Float32Array.from(values);
  const fitted = quantizer.fit(data, { role, bits, options, random: seededRandom(0) });
  const tensor = encode(data, shape, 'tensor', { bits, fit: () => fitted });
  const site = { role, bits, options, parameters: siteParameters(arrayOps, tensor.scheme, 1) };
  const gradientOf = (upstream: readonly number[]) => {
    const dy = { shape, data: Float32Array.from(upstream) };
    return [...backwardOf(quantizer)(arrayOps, { shape, data }, dy, site).x.data];
  };
  return {
    fitted: fitted as SliceParameters,
    decoded: [...decode(tensor)],
    forward: [...forwardOf(quantizer)(arrayOps, { shape, data }, site).data],
    gradientOf,
  };
}
