import { quantize, type Applied, type ModelPort, type Quantized, type QuantizedTensor } from '@lowbit/core';
import { plainQuantizer } from './plain-quantizer.js';

/** Quantizes every weight to 8 bits. */
export function write<M>(port: ModelPort<M>): Promise<Quantized<M>> {
  return quantize(port, { weights: plainQuantizer, bits: 8 });
}

/** The port, with what passes through it told to someone. */
export function watched<M>(
  port: ModelPort<M>,
  tell: {
    readonly added?: (tensor: QuantizedTensor, id: string) => void;
    readonly applied?: (applied: Applied<M>) => void;
  },
): ModelPort<M> {
  return {
    name: port.name,
    supports: port.supports,
    layers: () => port.layers(),
    write(outcome) {
      const writer = port.write(outcome);
      return {
        add(id, tensor) {
          tell.added?.(tensor, id);
          return writer.add(id, tensor);
        },
        async finish() {
          const applied = await writer.finish();
          tell.applied?.(applied);
          return applied;
        },
      };
    },
  };
}
