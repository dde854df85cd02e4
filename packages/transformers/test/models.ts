import { seededRandom } from '@lowbit/core';
import { modelBuilder, type BuiltModel, type WriteOptions } from '@lowbit/onnx/build';

/** Gives numbers in [−0.2, 0.2), others whenever it is called. */
function numbersFrom(seed: number): (count: number) => Float32Array {
  const random = seededRandom(seed);
  return (count) => Float32Array.from({ length: count }, () => 0.2 * (2 * random() - 1));
}

/** An encoder of text: a table of 100 tokens, a product and a class. */
export function encoder(options: WriteOptions = {}): Promise<BuiltModel> {
  const numbers = numbersFrom(1);
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const tokens = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const table = model.constant('embedding', 'float32', [100, 128], numbers(12800));
  const weight = (name: string) => model.constant(name, 'float32', [128, 128], numbers(16384));
  const rows = model.node('Gather', [table, tokens]);
  const hidden = model.node('Relu', [model.node('MatMul', [rows, weight('first')])]);
  const states = model.node('MatMul', [hidden, weight('second')]);
  model.output(states, 'float32', ['batch', 'tokens', 128], 'last_hidden_state');
  return model.write(options);
}

/** A network of pictures: convolutions, and a product that gives classes. */
export function pictures(): Promise<BuiltModel> {
  const numbers = numbersFrom(2);
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const kernel = (out: number, into: number) =>
    model.constant('kernel', 'float32', [out, into, 3, 3], numbers(out * into * 9));
  const x = model.input('pixel_values', 'float32', [1, 3, 32, 32]);
  const same = { attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } };
  const first = model.node('Relu', [model.node('Conv', [x, kernel(64, 3)], same)]);
  const second = model.node('Relu', [model.node('Conv', [first, kernel(64, 64)], same)]);
  const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [second])]);
  const classes = model.constant('classes', 'float32', [64, 64], numbers(4096));
  model.output(model.node('MatMul', [pooled, classes]), 'float32', [1, 64], 'logits');
  return model.write({});
}

/** A graph without weights. */
export function sums(): Promise<BuiltModel> {
  const model = modelBuilder({ opset: 17, name: 'sums.onnx' });
  const [a, b] = ['a', 'b'].map((name) => model.input(name, 'float32', [2, 3]));
  model.output(model.node('Add', [a as string, b as string]), 'float32', [2, 3], 'sum');
  return model.write({});
}
