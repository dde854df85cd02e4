import type { Kernels, LayerInputs } from '@lowbit/kernels';
import type { Contender, Work, WorkValues } from './work.js';

/** Levels of a half-wave quantizer. */
const halfWave: LayerInputs = { kind: 'codes', thresholds: [0.25, 0.5, 0.75], scale: 0.33 };

const forms: readonly { name: string; bits: 1 | 2 | 4 | 8; highest: number; inputs: LayerInputs }[] = [
  { name: '8 × 8', bits: 8, highest: 127, inputs: { kind: 'dynamic' } },
  { name: '4 × 8', bits: 4, highest: 7, inputs: { kind: 'dynamic' } },
  { name: '1 × 8', bits: 1, highest: 1, inputs: { kind: 'dynamic' } },
  { name: 'ternary × 1', bits: 2, highest: 1, inputs: { kind: 'signs', scale: 'mean' } },
  { name: '1 × 1', bits: 1, highest: 1, inputs: { kind: 'signs', scale: 'mean' } },
  { name: '1 × 1 + 1', bits: 1, highest: 1, inputs: { kind: 'signs', scale: 'mean', order: 2 } },
  { name: '1 × 2', bits: 1, highest: 1, inputs: halfWave },
];

/** The layer in every width that the kernels have, weights × inputs. */
export function kernelContenders(kernels: Kernels, work: Work, { inputs, weights }: WorkValues): Contender[] {
  // There are no convolutions of ternary weights.
  const possible = forms.filter(({ bits }) => bits !== 2 || work.kind === 'product');
  return possible.map(({ name, bits, highest, inputs: quantized }) => {
    const integers = weights.map((weight) =>
      bits === 1 ? Math.sign(weight) || 1 : Math.round(weight * highest),
    );
    const given = { values: Int8Array.from(integers), bits, scales: [1 / highest] };
    if (work.kind === 'conv') {
      const { size, channels } = work;
      const shape = [3, 3, channels, channels];
      const conv = kernels.conv2d({ weights: { shape, ...given }, inputs: quantized, padding: 'same' });
      return { name, run: () => conv.run(inputs, [1, size, size, channels]) };
    }
    const { rows, size } = work;
    const dense = kernels.dense({ weights: { shape: [size, size], ...given }, inputs: quantized });
    return { name, run: () => dense.run(inputs, [rows, size]) };
  });
}
