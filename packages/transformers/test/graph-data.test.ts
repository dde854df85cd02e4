import { type Batch, seededRandom } from '@lowbit/core';
import { readModel } from '@lowbit/onnx';
import { modelBuilder } from '@lowbit/onnx/build';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { graphBatches } from '../src/graph-data.js';
import { quantizeFolder } from '../src/index.js';
import { memoryFolder } from './memory-folder.js';
import { encoder } from './models.js';

/** A decoder that adds what its encoder gives, on average, to rows of tokens, and takes a product of both. */
async function decoder(): Promise<Uint8Array> {
  const random = seededRandom(5);
  const drawn = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
  const model = modelBuilder({ opset: 17, name: 'decoder_model_merged.onnx' });
  const ids = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const mask = model.input('encoder_attention_mask', 'int64', ['batch', 'seen']);
  const states = model.input('encoder_hidden_states', 'float32', ['batch', 'seen', 128]);
  const rows = model.node('Gather', [model.constant('table', 'float32', [50, 128], drawn(6400)), ids]);
  const shown = model.node('Unsqueeze', [
    model.node('Cast', [mask], { attributes: { to: 1 } }),
    model.constant('axes', 'int64', [1], [2]),
  ]);
  const mean = model.node('ReduceMean', [model.node('Mul', [states, shown])], {
    attributes: { axes: [1], keepdims: 1 },
  });
  const both = model.node('Add', [rows, mean]);
  const product = model.node('MatMul', [both, model.constant('w', 'float32', [128, 128], drawn(16384))]);
  model.output(product, 'float32', ['batch', 'tokens', 128], 'logits');
  return (await model.write({})).bytes;
}

/** The later steps of a decoder, which take what the first one keeps, or that first one. */
async function step(isFirst: boolean): Promise<Uint8Array> {
  const random = seededRandom(6);
  const drawn = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
  const model = modelBuilder({ opset: 17, name: 'decoder.onnx' });
  const ids = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const mask = model.input('encoder_attention_mask', 'int64', ['batch', 'seen']);
  const rows = model.node('Gather', [model.constant('table', 'float32', [50, 128], drawn(6400)), ids]);
  const axis = model.constant('axis', 'int64', [1], [1]);
  const heads = (x: string) => model.node('Unsqueeze', [x, axis]);
  const cache = (of: string) => model.input(`past_key_values.0.${of}.key`, 'float32', ['batch', 1, of, 128]);
  const states = isFirst
    ? heads(model.input('encoder_hidden_states', 'float32', ['batch', 'seen', 128]))
    : cache('encoder');
  const keys = isFirst
    ? heads(rows)
    : model.node('Concat', [cache('decoder'), heads(rows)], { attributes: { axis: 2 } });
  const places = model.constant('places', 'int64', [2], [1, 3]);
  const shown = model.node('Unsqueeze', [model.node('Cast', [mask], { attributes: { to: 1 } }), places]);
  const mean = (x: string) => model.node('ReduceMean', [x], { attributes: { axes: [1, 2], keepdims: 0 } });
  const both = model.node('Add', [mean(model.node('Mul', [states, shown])), mean(keys)]);
  const product = model.node('MatMul', [both, model.constant('w', 'float32', [128, 128], drawn(16384))]);
  model.output(product, 'float32', ['batch', 128], 'logits');
  for (const [name, x] of Object.entries({ decoder: keys, encoder: states }))
    if (isFirst)
      model.output(model.node('Identity', [x]), 'float32', ['batch', 1, 'all', 128], `present.0.${name}.key`);
  return (await model.write({})).bytes;
}

const files = async () => ({
  'onnx/encoder_model.onnx': (await encoder()).bytes,
  'onnx/decoder_model_merged.onnx': await decoder(),
});

const lines: Readonly<Record<string, readonly number[]>> = {
  input_ids: [3, 1, 4],
  decoder_input_ids: [2, 7],
};

const dataOf = (...names: readonly string[]) => ({
  names,
  async *read(asked: readonly { readonly name: string }[]) {
    const inputs = asked.map(({ name }) => {
      const data = lines[name] ?? [];
      return [name, { shape: [2, data.length], data: [...data, ...data.map((one) => one + 1)] }] as const;
    });
    yield await Promise.resolve({ inputs: Object.fromEntries(inputs) });
  },
});

async function batchOf(...names: readonly string[]): Promise<Batch | undefined | string> {
  const all = await files();
  const { folder } = memoryFolder(all);
  const path = 'onnx/decoder_model_merged.onnx';
  const model = readModel(all[path], path);
  const batches = await graphBatches({ model, path, folder, ort }, () => dataOf(...names));
  if (typeof batches !== 'object') return batches;
  for await (const batch of batches) return batch;
  return undefined;
}

test('a decoder is given what its encoder gives on the same tokens, or on its own', async () => {
  const session = await ort.InferenceSession.create((await encoder()).bytes);
  const ids = new ort.Tensor('int64', BigInt64Array.from([3n, 1n, 4n, 4n, 2n, 5n]), [2, 3]);
  const { last_hidden_state: expected } = await session.run({ input_ids: ids });
  for (const names of [['input_ids'], ['input_ids', 'decoder_input_ids']]) {
    const { inputs } = (await batchOf(...names)) as Batch;
    expect(inputs['encoder_hidden_states']?.shape).toEqual([2, 3, 128]);
    expect(inputs['encoder_hidden_states']?.data).toEqual(expected?.data);
    expect(inputs['encoder_attention_mask']?.shape).toEqual([2, 3]);
    expect(inputs['input_ids']?.shape).toEqual([2, names.length === 1 ? 3 : 2]);
  }
  expect(Object.keys(((await batchOf('input_ids', 'decoder_input_ids')) as Batch).inputs).sort()).toEqual([
    'encoder_attention_mask',
    'encoder_hidden_states',
    'input_ids',
  ]);
});

test('all graphs of an encoder and a decoder are rounded by token ids, and by such as are made', async () => {
  const { folder, writer } = memoryFolder(await files());
  const seen = await quantizeFolder(folder, { dtypes: ['q4'], ort, data: dataOf('input_ids') }, writer);
  expect(seen.withoutData).toEqual([]);
  expect(seen.written.map(({ report }) => report?.verdict?.by)).toEqual(['outputs', 'outputs']);
  const made = await quantizeFolder(folder, { dtypes: ['q4'], ort }, writer);
  expect(made.written.map(({ madeInputs }) => madeInputs)).toEqual([['input_ids'], ['input_ids']]);
});

test('later steps are given what the first one keeps, and lack it without', async () => {
  const path = 'onnx/decoder_with_past_model.onnx';
  const encoderFile = { 'onnx/encoder_model.onnx': (await encoder()).bytes };
  const first = { 'onnx/decoder_model.onnx': await step(true) };
  const later = { [path]: await step(false) };
  const data = dataOf('input_ids', 'decoder_input_ids');
  const model = readModel(await step(false), path);
  const batchesIn = (all: Record<string, Uint8Array>) =>
    graphBatches({ model, path, folder: memoryFolder(all).folder, ort }, () => data);
  const shapes: unknown[] = [];
  const batches = await batchesIn({ ...encoderFile, ...first, ...later });
  for await (const { inputs } of batches as AsyncIterable<Batch>)
    shapes.push(Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])));
  expect(shapes).toEqual([
    {
      input_ids: [2, 2],
      encoder_attention_mask: [2, 3],
      'past_key_values.0.decoder.key': [2, 1, 2, 128],
      'past_key_values.0.encoder.key': [2, 1, 3, 128],
    },
  ]);
  expect(await batchesIn(later)).toBe('past_key_values.0.encoder.key');
  const { folder, writer } = memoryFolder({ ...encoderFile, ...first, ...later });
  const { written } = await quantizeFolder(folder, { dtypes: ['q4'], ort, data }, writer);
  expect(written.map(({ report }) => report?.verdict?.by)).toEqual(['outputs', 'outputs', 'outputs']);
});

test('a graph that takes nothing but what another gives reads no data of its own', async () => {
  const table = modelBuilder({ opset: 17, name: 'embed_tokens.onnx' });
  const rows = table.constant('table', 'float32', [50, 4], new Float32Array(200).fill(1));
  const ids = table.input('input_ids', 'int64', ['batch', 'tokens']);
  table.output(table.node('Gather', [rows, ids]), 'float32', ['batch', 'tokens', 4], 'inputs_embeds');
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const given = model.input('inputs_embeds', 'float32', ['batch', 'tokens', 4]);
  model.output(model.node('Relu', [given]), 'float32', ['batch', 'tokens', 4], 'states');
  const path = 'onnx/model.onnx';
  const { folder } = memoryFolder({ 'onnx/embed_tokens.onnx': (await table.write({})).bytes });
  const asked: number[] = [];
  const read = (inputs: readonly { readonly name: string }[]) => {
    asked.push(inputs.length);
    return dataOf('input_ids').read(inputs);
  };
  const graph = { model: readModel((await model.write({})).bytes, path), path, folder, ort };
  const batches = await graphBatches(graph, () => ({ names: ['input_ids'], read }));
  const shapes: unknown[] = [];
  for await (const { inputs } of batches as AsyncIterable<Batch>) shapes.push(inputs['inputs_embeds']?.shape);
  expect([shapes, asked]).toEqual([[[2, 3, 4]], [1]]);
});

test('a graph that does not run on what is made beside data is quantized without, and says why', async () => {
  const model = modelBuilder({ opset: 17, name: 'odd.onnx' });
  const mask = model.input('attention_mask', 'int64', ['batch', 'tokens']);
  const five = model.node('Reshape', [mask, model.constant('five', 'int64', [1], [5])]);
  const weight = model.constant('w', 'float32', [5, 64], new Float32Array(320).fill(0.5));
  const product = model.node('MatMul', [model.node('Cast', [five], { attributes: { to: 1 } }), weight]);
  const ids = model.node('Cast', [model.input('input_ids', 'int64', ['batch', 'tokens'])], {
    attributes: { to: 1 },
  });
  model.output(
    model.node('Add', [product, model.node('ReduceMax', [ids], { attributes: { keepdims: 0 } })]),
    'float32',
    [64],
    'sum',
  );
  const odd = { 'onnx/odd.onnx': (await model.write({})).bytes };
  const write = (all: Record<string, Uint8Array>) => {
    const { folder, writer } = memoryFolder(all);
    return quantizeFolder(folder, { dtypes: ['q8'], ort, data: dataOf('input_ids') }, writer);
  };
  const { withoutData, written } = await write({ ...odd, ...(await files()) });
  expect(withoutData).toMatchObject([
    { graph: 'odd', reason: expect.stringMatching(/^on which it does not run: .*Reshape/s) as string },
  ]);
  expect(written).toHaveLength(3);
  await expect(write(odd)).rejects.toThrow('data for odd on which it does not run');
});

test('without its encoder a decoder lacks its input', async () => {
  const { folder } = memoryFolder({ 'onnx/decoder_model_merged.onnx': await decoder() });
  const path = 'onnx/decoder_model_merged.onnx';
  const model = readModel(await folder.read(path), path);
  const graph = { model, path, folder, ort };
  expect(await graphBatches(graph, () => dataOf('input_ids'))).toBe('encoder_hidden_states');
  expect(await graphBatches(graph, () => undefined)).toBeUndefined();
});
