import { windowedLength } from './convolution.js';
import type { ClassTable, LayerClass } from './layer-class.js';

function pooling(rank: number): LayerClass {
  return {
    output: (settings, [input]) => {
      if (input === undefined) return undefined;
      const size = settings.sizes('pool_size', rank, 2);
      const strides = settings.has('strides') ? settings.sizes('strides', rank) : size;
      const padding = settings.text('padding', 'valid');
      const lengths = input
        .slice(1, 1 + rank)
        .map((length, i) => windowedLength(length, size[i]!, strides[i]!, 1, padding));
      return [input[0]!, ...lengths, ...input.slice(1 + rank)];
    },
  };
}

const globalPooling: LayerClass = {
  output: (settings, [input]) => {
    if (input === undefined) return undefined;
    const kept = settings.flag('keepdims', false) ? input.slice(1, -1).map(() => 1) : [];
    return [input[0]!, ...kept, input.at(-1)!];
  },
};

const kinds = ['Max', 'Average'] as const;

export const poolingClasses: ClassTable = Object.fromEntries(
  [1, 2, 3].flatMap((rank) =>
    kinds.flatMap((kind) => [
      [`${kind}Pooling${rank}D`, pooling(rank)],
      [`Global${kind}Pooling${rank}D`, globalPooling],
    ]),
  ),
);
