import { seededRandom } from '@lowbit/core';
import { type ModelBuilder, modelBuilder } from '@lowbit/onnx/build';

/** Blocks of each stage, and channels inside them; four times as many leave a block. */
const stages = [
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
] as const;
const [widening, classes] = [4, 1000];

/** Rows and columns of a picture. */
const side = 224;

/**
 * A network of the size and form of ResNet-50 (K. He et al., arXiv:1512.03385; strides in the 3 × 3 convolutions), its batch normalization
 * folded into the convolutions: 25.5 million seeded weights, up to 4608 inputs of a filter. What it takes to quantize hangs on that alone.
 */
export async function residualNetwork(): Promise<Uint8Array> {
  const model = modelBuilder({ opset: 17, name: 'residual-50.onnx' });
  const random = seededRandom(50);
  const convolved = (from: Value, channels: number, kernel: number, stride: number, scale = 1): Value => {
    const inputs = from.channels * kernel ** 2;
    const dims = [channels, from.channels, kernel, kernel];
    const weight = model.constant('w', 'float32', dims, normal(random, channels * inputs, scale / inputs));
    const bias = model.constant('b', 'float32', [channels], normal(random, channels, 0.01));
    const pad = kernel >> 1;
    const name = model.node('Conv', [from.name, weight, bias], {
      attributes: { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
    });
    return { name, channels };
  };
  const rectified = (value: Value): Value => ({ ...value, name: model.node('Relu', [value.name]) });
  const block = (from: Value, width: number, stride: number): Value => {
    const inner = rectified(convolved(rectified(convolved(from, width, 1, 1, 2)), width, 3, stride, 2));
    // Small, so that sums do not grow from block to block.
    const outer = convolved(inner, widening * width, 1, 1, 0.2);
    const isSame = from.channels === outer.channels;
    const shortcut = isSame ? from : convolved(from, outer.channels, 1, stride);
    return rectified({ ...outer, name: model.node('Add', [outer.name, shortcut.name]) });
  };

  const pictures = model.input('pictures', 'float32', ['N', 3, side, side]);
  let value = rectified(convolved({ name: pictures, channels: 3 }, 64, 7, 2, 2));
  const pooling = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  value = { ...value, name: model.node('MaxPool', [value.name], { attributes: pooling }) };
  stages.forEach(([blocks, width], stage) => {
    for (let i = 0; i < blocks; i++) value = block(value, width, i === 0 && stage > 0 ? 2 : 1);
  });
  classify(model, value, random);
  return (await model.write()).bytes;
}

interface Value {
  readonly name: string;
  readonly channels: number;
}

function classify(model: ModelBuilder, { name, channels }: Value, random: () => number): void {
  const features = model.node('Flatten', [model.node('GlobalAveragePool', [name])]);
  const values = normal(random, channels * classes, 1 / channels);
  const weight = model.constant('w', 'float32', [channels, classes], values);
  model.output(model.node('MatMul', [features, weight]), 'float32', ['N', classes], 'scores');
}

/** Values of a normal distribution (G. E. P. Box and M. E. Muller, 1958). */
function normal(random: () => number, count: number, variance: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++)
    values[i] = Math.sqrt(-2 * variance * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return values;
}
