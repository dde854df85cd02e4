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

test('without its encoder a decoder lacks its input', async () => {
  const { folder } = memoryFolder({ 'onnx/decoder_model_merged.onnx': await decoder() });
  const path = 'onnx/decoder_model_merged.onnx';
  const model = readModel(await folder.read(path), path);
  const graph = { model, path, folder, ort };
  expect(await graphBatches(graph, () => dataOf('input_ids'))).toBe('encoder_hidden_states');
  expect(await graphBatches(graph, () => undefined)).toBeUndefined();
});
