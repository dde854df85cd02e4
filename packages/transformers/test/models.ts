import { seededRandom } from '@lowbit/core';
import { type OnnxModel, readModel, writeModel } from '@lowbit/onnx';
import { modelBuilder, type BuiltModel, type WriteOptions } from '@lowbit/onnx/build';

type Graph = NonNullable<OnnxModel['proto']['graph']>;

/** Gives numbers in [−0.2, 0.2), others whenever it is called. */
function numbersFrom(seed: number): (count: number) => Float32Array {
  const random = seededRandom(seed);
  return (count) => Float32Array.from({ length: count }, () => 0.2 * (2 * random() - 1));
}

/** An encoder of text: a table of 100 tokens, a product and a class. */
export function encoder(options: WriteOptions = {}, width = 128): Promise<BuiltModel> {
  const numbers = numbersFrom(1);
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const tokens = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const table = model.constant('embedding', 'float32', [100, width], numbers(100 * width));
  const weight = (name: string) => model.constant(name, 'float32', [width, width], numbers(width * width));
  const rows = model.node('Gather', [table, tokens]);
  const hidden = model.node('Relu', [model.node('MatMul', [rows, weight('first')])]);
  const states = model.node('MatMul', [hidden, weight('second')]);
  model.output(states, 'float32', ['batch', 'tokens', width], 'last_hidden_state');
  return model.write(options);
}

/** An encoder of text that adds to states what two products of weights up to `largest` give, and norms them; its table has values up to 0.2. */
export function residual(largest: number, width = 128): Promise<BuiltModel> {
  const numbers = numbersFrom(4);
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const tokens = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const table = model.constant('embedding', 'float32', [100, width], numbers(100 * width));
  const weight = (name: string) =>
    model.constant(
      name,
      'float32',
      [width, width],
      numbers(width * width).map((value) => 5 * largest * value),
    );
  const ones = model.constant('ones', 'float32', [width], new Float32Array(width).fill(1));
  const norm = (x: string) => model.node('LayerNormalization', [x, ones]);
  const states = norm(model.node('Gather', [table, tokens]));
  const hidden = model.node('Relu', [model.node('MatMul', [states, weight('first')])]);
  const added = model.node('Add', [states, model.node('MatMul', [hidden, weight('second')])]);
  model.output(norm(added), 'float32', ['batch', 'tokens', width], 'last_hidden_state');
  return model.write({});
}

/** A network of pictures: convolutions, and a product that gives classes. */
export function pictures(options: WriteOptions = {}): Promise<BuiltModel> {
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
  return model.write(options);
}

/** A graph without weights. */
export function sums(): Promise<BuiltModel> {
  const model = modelBuilder({ opset: 17, name: 'sums.onnx' });
  const [a, b] = ['a', 'b'].map((name) => model.input(name, 'float32', [2, 3]));
  model.output(model.node('Add', [a as string, b as string]), 'float32', [2, 3], 'sum');
  return model.write({});
}

/** One of two branches, with a product that both have; `name` keeps their values apart. */
async function branch(name: string, op: string): Promise<Graph> {
  const numbers = numbersFrom(3);
  const model = modelBuilder({ opset: 17, name: `${name}.onnx` });
  const x = model.input('x', 'float32', [1, 128]);
  const weight = (near: string) => model.constant(`${name}_${near}`, 'float32', [128, 128], numbers(16384));
  const hidden = model.node(op, [model.node('MatMul', [x, weight('first')])]);
  model.output(model.node('MatMul', [hidden, weight('second')]), 'float32', [1, 128], `${name}_y`);
  const graph = readModel((await model.write({})).bytes, name).proto.graph as Graph;
  graph.input = [];
  for (const node of graph.node)
    node.output = node.output.map((one) => (one === `${name}_y` ? one : name + one));
  const made = new Set(graph.node.flatMap(({ output }) => output));
  for (const node of graph.node)
    node.input = node.input.map((one) => (made.has(name + one) ? name + one : one));
  return graph;
}

/** A decoder of two branches with the same weights, which each holds itself or the graph around both. */
export async function mergedDecoder(isRepeated: boolean): Promise<Uint8Array> {
  const model = modelBuilder({ opset: 17, name: 'decoder.onnx' });
  model.input('x', 'float32', [1, 128]);
  const which = model.input('use_cache_branch', 'bool', [1]);
  const chosen = model.node('Cast', [which], { attributes: { to: 1, saturate: 1 } });
  model.output(chosen, 'float32', ['rows', 'columns'], 'logits');
  const merged = readModel((await model.write({})).bytes, 'decoder.onnx');
  const main = merged.proto.graph as Graph;
  const [node] = main.node as [Graph['node'][number]];
  const branches = [await branch('with', 'Relu'), await branch('without', 'Tanh')] as const;
  if (!isRepeated) {
    const [first, second] = branches;
    main.initializer = first.initializer;
    const shared = first.initializer.map(({ name }) => name);
    const own = second.initializer.map(({ name }) => name);
    for (const inner of second.node) inner.input = inner.input.map((one) => shared[own.indexOf(one)] ?? one);
    for (const graph of branches) graph.initializer = [];
  }
  node.opType = 'If';
  ['then_branch', 'else_branch'].forEach((name, at) => {
    const attribute = node.attribute[at] as { i?: bigint };
    delete attribute.i;
    Object.assign(attribute, { name, type: 5, g: branches[at] });
  });
  return writeModel(merged);
}
