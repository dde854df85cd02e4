import { modelBuilder, type BuiltModel } from '@lowbit/onnx/build';
import { layers, valuesFrom, width } from './layers.js';
import { mergedDecoder } from './merged-decoder.js';

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
  readonly graph: Pick<BuiltModel, 'bytes' | 'externalData'>;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** The output that is compared. */
  readonly output: string;
  /** Most bytes of tensors in a file of the result. Default: that of lowbit. */
  readonly fileLimit?: number;
}

const tokens = Array.from({ length: 16 }, (_, at) => (37 * at + 11) % 500);
const ids: Feed = { type: 'int64', shape: [1, 16], data: tokens };

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
    ...(external ? { fileLimit: 1e6 } : {}),
  };
}

/**
 * An encoder as it is exported before any training: a narrow one of small weights, whose states are those of its tables and little else,
 * normed as in BERT. What takes the same values, as biases that are 0, takes them from one constant, as exporters write it.
 */
async function untrained(): Promise<Subject> {
  const channels = 128;
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const drawn = valuesFrom(5);
  const { matrix, norm } = layers(model, (count) => drawn(count, 0.013), channels);
  const input = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const positions = model.constant('positions', 'int64', [16], [...tokens.keys()]);
  const rows = model.node('Gather', [matrix('embedding', 1000, channels), input]);
  const places = model.node('Gather', [matrix('places', 512, channels), positions]);
  const none = model.constant('bias', 'float32', [channels], new Float32Array(channels));
  const product = (x: string, near: string, from: number, to: number) => {
    const given = model.node('MatMul', [x, matrix(near, from, to)]);
    return to === channels ? model.node('Add', [given, model.node('Identity', [none])]) : given;
  };
  const attended = (x: string) => {
    const [query, key, value] = ['query', 'key', 'value'].map((near) => product(x, near, channels, channels));
    const turned = model.node('Transpose', [key as string], { attributes: { perm: [0, 2, 1] } });
    const scores = model.node('MatMul', [query as string, turned]);
    const shares = model.node('Softmax', [scores], { attributes: { axis: -1 } });
    return product(model.node('MatMul', [shares, value as string]), 'out', channels, channels);
  };
  const layer = (x: string) => {
    const states = norm(model.node('Add', [x, attended(x)]));
    const hidden = model.node('Relu', [product(states, 'up', channels, 4 * channels)]);
    return norm(model.node('Add', [states, product(hidden, 'down', 4 * channels, channels)]));
  };
  const states = layer(layer(norm(model.node('Add', [rows, places]))));
  model.output(states, 'float32', ['batch', 'tokens', channels], 'last_hidden_state');
  return {
    name: 'untrained',
    config: { model_type: 'bert', hidden_size: channels, vocab_size: 1000 },
    graph: await model.write({}),
    feeds: { input_ids: ids },
    output: 'last_hidden_state',
  };
}

/** A decoder with a cache of keys and values, whose branches hold the same weights, and whose table of embeddings is that of its classes too. */
const decoder = async (): Promise<Subject> => ({
  name: 'decoder',
  config: { model_type: 'gpt2', n_head: 4, n_layer: 1, n_embd: width, vocab_size: 500 },
  graph: { bytes: await mergedDecoder() },
  feeds: { input_ids: ids },
  output: 'logits',
});

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
  Promise.all([encoder(false), untrained(), decoder(), vision(), encoder(true)]);
