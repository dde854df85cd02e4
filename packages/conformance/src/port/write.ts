import { quantize, type ModelPort, type Quantized } from '@lowbit/core';
import { plainQuantizer } from './plain-quantizer.js';

/** Quantizes every weight to 8 bits. */
export function write<M>(port: ModelPort<M>): Promise<Quantized<M>> {
  return quantize(port, { weights: plainQuantizer, bits: 8 });
}

/** The port, with what passes through it told to someone. */
export function watched<M>(
  port: ModelPort<M>,
  tell: {
    readonly accepted?: NonNullable<ModelPort<M>['accept']>;
    readonly applied?: (applied: Awaited<ReturnType<ModelPort<M>['apply']>>) => void;
  },
): ModelPort<M> {
  return {
    name: port.name,
    supports: port.supports,
    layers: () => port.layers(),
    accept(tensor, id) {
      tell.accepted?.(tensor, id);
      port.accept?.(tensor, id);
    },
    async apply(outcome) {
      const applied = await port.apply(outcome);
      tell.applied?.(applied);
      return applied;
    },
  };
}
