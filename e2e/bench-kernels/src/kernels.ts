import type { Conv2dLayer, LayerInputs } from '@lowbit/kernels';
import type { TensorKernels } from '@lowbit/kernels/tfjs';
import { inputTensor, valuesOfTensor } from './rivals/tensorflow.js';
import type { Contender, Work, WorkValues } from './work.js';

/** Levels of a half-wave quantizer. */
const halfWave: LayerInputs = { kind: 'codes', thresholds: [0.25, 0.5, 0.75], scale: 0.33 };

/** Inputs between −1 and 1, on a grid that is known. */
const known: LayerInputs = { kind: 'steps', step: 1 / 127, lowest: -127, highest: 127 };
const signs = { kind: 'signs', scale: 'mean' } as const;

interface Form {
  readonly name: string;
  readonly bits: 1 | 2 | 4 | 8;
  /** What weights of 1 become. */
  readonly highest: number;
  readonly inputs: LayerInputs;
}

const forms: readonly Form[] = [
  { name: '8 × 8', bits: 8, highest: 127, inputs: { kind: 'dynamic' } },
  { name: '8 × 8 static', bits: 8, highest: 127, inputs: known },
  { name: '4 × 8', bits: 4, highest: 7, inputs: { kind: 'dynamic' } },
  { name: '4 × 8 static', bits: 4, highest: 7, inputs: known },
  // Four levels are kept as sixteen are.
  { name: '2 × 8', bits: 4, highest: 3, inputs: { kind: 'dynamic' } },
  { name: '1 × 8', bits: 1, highest: 1, inputs: { kind: 'dynamic' } },
  { name: 'ternary × 1', bits: 2, highest: 1, inputs: signs },
  { name: '1 × 1', bits: 1, highest: 1, inputs: signs },
  { name: '1 × 1 + 1', bits: 1, highest: 1, inputs: { ...signs, order: 2 } },
  { name: '1 × 2', bits: 1, highest: 1, inputs: halfWave },
];

/** The layer in every width that the kernels have, weights × inputs, on tensors in the memory of TensorFlow.js. */
export function kernelContenders(kernels: TensorKernels, work: Work, values: WorkValues): Contender[] {
  // There are no convolutions of ternary weights.
  const possible = forms.filter(({ bits }) => bits !== 2 || work.kind === 'product');
  return possible.map((form) => {
    const { weights, inputs } = layerOf(form, work, values);
    const operation =
      work.kind === 'conv'
        ? kernels.conv2d({ weights, inputs, padding: 'same' })
        : kernels.dense({ weights, inputs });
    const x = inputTensor(work, values);
    return {
      name: form.name,
      run: () => operation.run(x).dispose(),
      outputs: () => valuesOfTensor(operation.run(x)),
      dispose() {
        x.dispose();
        operation.dispose();
      },
    };
  });
}

function layerOf(
  { bits, highest, inputs }: Form,
  work: Work,
  { weights }: WorkValues,
): Required<Pick<Conv2dLayer, 'weights' | 'inputs'>> {
  const values = new Int8Array(weights.length);
  weights.forEach((weight, at) => {
    // An even number of levels has none at 0.
    const isOdd = bits === 1 || highest === 3;
    values[at] = isOdd ? 2 * Math.round((weight * highest - 1) / 2) + 1 : Math.round(weight * highest);
  });
  const shape = work.kind === 'conv' ? [3, 3, work.channels, work.channels] : [work.size, work.size];
  return { weights: { shape, values, bits, scales: [1 / highest] }, inputs };
}
