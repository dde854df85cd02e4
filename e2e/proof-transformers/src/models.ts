import { seededRandom } from '@lowbit/core';
import { modelBuilder, type BuiltModel, type ModelBuilder } from '@lowbit/onnx/build';

/** Numbers that a graph is run on, by input. */
export interface Feed {
  readonly type: 'int64' | 'float32';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A model as a folder of the hub. */
export interface Subject {
  readonly name: string;
  readonly config: object;
  readonly graph: BuiltModel;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** The output that is compared. */
  readonly output: string;
}

/** That of small networks that are really used. */
const width = 512;
const tokens = Array.from({ length: 16 }, (_, at) => (37 * at + 11) % 500);
const ids: Feed = { type: 'int64', shape: [1, 16], data: tokens };

/** Values as those of trained nets: most small, a few large. */
function valuesFrom(seed: number): (count: number, scale?: number) => Float32Array {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (count, scale = 0.05) =>
    Float32Array.from({ length: count }, () => (scale * normal()) / Math.sqrt(0.3 + random()));
}

function layers(model: ModelBuilder, values: ReturnType<typeof valuesFrom>) {
  const matrix = (near: string, rows: number, columns: number) =>
    model.constant(near, 'float32', [rows, columns], values(rows * columns));
  const ones = () => model.constant('gain', 'float32', [width], new Float32Array(width).fill(1));
  const zeros = () => model.constant('shift', 'float32', [width], new Float32Array(width));
  return {
    matrix,
    /** x + W₂ · relu(W₁ · x), normalized. */
    block(x: string): string {
      const hidden = model.node('Relu', [model.node('MatMul', [x, matrix('up', width, 4 * width)])]);
      const added = model.node('Add', [x, model.node('MatMul', [hidden, matrix('down', 4 * width, width)])]);
      return model.node('LayerNormalization', [added, ones(), zeros()], { attributes: { axis: -1 } });
    },
  };
}

/** An encoder of text. */
async function encoder(external: boolean): Promise<Subject> {
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const values = valuesFrom(1);
  const { matrix, block } = layers(model, values);
  const rows = model.node('Gather', [
    matrix('embedding', 500, width),
    model.input('input_ids', 'int64', ['batch', 'tokens']),
  ]);
  const states = block(block(rows));
  model.output(states, 'float32', ['batch', 'tokens', width], 'last_hidden_state');
  const config = { model_type: 'bert', hidden_size: width, vocab_size: 500 };
  return {
    name: external ? 'external' : 'encoder',
    config: external ? { ...config, 'transformers.js_config': { use_external_data_format: true } } : config,
    graph: await model.write(external ? { external: true, externalPath: 'model.onnx_data' } : {}),
    feeds: { input_ids: ids },
    output: 'last_hidden_state',
  };
}

/** A decoder with a cache of keys and values, whose table of embeddings is that of its classes too. */
async function decoder(): Promise<Subject> {
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const { matrix, block } = layers(model, valuesFrom(2));
  const table = matrix('embedding', 500, width);
  const x = model.node('Gather', [table, model.input('input_ids', 'int64', ['batch', 'tokens'])]);
  const heads = model.constant('heads', 'int64', [4], [0, 0, 4, width / 4]);
  const split = (near: string) => {
    const projected = model.node('Reshape', [model.node('MatMul', [x, matrix(near, width, width)]), heads]);
    return model.node('Transpose', [projected], { attributes: { perm: [0, 2, 1, 3] } });
  };
  const shape = ['batch', 4, 'past', width / 4];
  const cached = (near: 'key' | 'value') => {
    const past = model.input(`past_key_values.0.${near}`, 'float32', shape);
    const all = model.node('Concat', [past, split(near)], { attributes: { axis: 2 } });
    model.output(all, 'float32', ['batch', 4, 'all', width / 4], `present.0.${near}`);
    return all;
  };
  const [keys, seen] = [cached('key'), cached('value')];
  const scores = model.node('MatMul', [
    split('query'),
    model.node('Transpose', [keys], { attributes: { perm: [0, 1, 3, 2] } }),
  ]);
  const attended = model.node('MatMul', [
    model.node('Softmax', [scores], { attributes: { axis: -1 } }),
    seen,
  ]);
  const flat = model.constant('flat', 'int64', [3], [0, 0, width]);
  const joined = model.node('Reshape', [
    model.node('Transpose', [attended], { attributes: { perm: [0, 2, 1, 3] } }),
    flat,
  ]);
  const states = block(model.node('Add', [x, model.node('MatMul', [joined, matrix('out', width, width)])]));
  const classes = model.node('Transpose', [table], { attributes: { perm: [1, 0] } });
  model.output(model.node('MatMul', [states, classes]), 'float32', ['batch', 'tokens', 500], 'logits');
  return {
    name: 'decoder',
    config: { model_type: 'gpt2', n_head: 4, n_layer: 1, n_embd: width, vocab_size: 500 },
    graph: await model.write({}),
    feeds: { input_ids: ids },
    output: 'logits',
  };
}

/** A network of pictures: patches by a convolution, then layers as those of text. */
async function vision(): Promise<Subject> {
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const values = valuesFrom(3);
  const { matrix, block } = layers(model, values);
  const picture = model.input('pixel_values', 'float32', ['batch', 3, 64, 64]);
  const kernel = model.constant('patches', 'float32', [width, 3, 8, 8], values(width * 192));
  const patches = model.node('Conv', [picture, kernel], {
    attributes: { kernel_shape: [8, 8], strides: [8, 8] },
  });
  const rows = model.node('Reshape', [patches, model.constant('rows', 'int64', [3], [0, width, -1])]);
  const states = block(model.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } }));
  const pooled = model.node('ReduceMean', [states], { attributes: { axes: [1], keepdims: 0 } });
  model.output(
    model.node('MatMul', [pooled, matrix('classes', width, 100)]),
    'float32',
    ['batch', 100],
    'logits',
  );
  const pixels = Array.from(valuesFrom(4)(3 * 64 * 64, 1));
  return {
    name: 'vision',
    config: { model_type: 'vit', architectures: ['ViTForImageClassification'] },
    graph: await model.write({}),
    feeds: { pixel_values: { type: 'float32', shape: [1, 3, 64, 64], data: pixels } },
    output: 'logits',
  };
}

export const subjects = async (): Promise<readonly Subject[]> =>
  Promise.all([encoder(false), decoder(), vision(), encoder(true)]);
