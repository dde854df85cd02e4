import { byName, type Recipe } from '@lowbit/core';
import { budget } from '@lowbit/core/policy';
import { inspectModel, readModel, writeModel } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { dtypes, quantizeFolder, type FolderResult } from '../src/index.js';
import { memoryFolder, type Files } from './memory-folder.js';
import { encoder, mergedDecoder, pictures, residual, sums } from './models.js';

const words = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function quantized(files: Files, ...asked: readonly string[]) {
  const { folder, writer, result, reads } = memoryFolder(files);
  const told: FolderResult = await quantizeFolder(folder, { dtypes: asked }, writer);
  const config = JSON.parse(words(result.get('config.json'))) as Record<string, unknown>;
  return { ...told, files: result, reads, config };
}

const operators = (bytes: Uint8Array | undefined) =>
  inspectModel(readModel(bytes as Uint8Array, 'a.onnx')).operators.map(({ op }) => op);

async function outputOf(
  bytes: Uint8Array | undefined,
  feeds: Record<string, ort.Tensor>,
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes as Uint8Array, { logSeverityLevel: 4 });
  const [output] = Object.values(await session.run(feeds));
  await session.release();
  return output?.data as Float32Array;
}

/** Signal to noise, in dB. */
function decibels(expected: Float32Array, actual: Float32Array): number {
  const noise = expected.reduce((sum, value, at) => sum + (value - (actual[at] as number)) ** 2, 0);
  return 10 * Math.log10(expected.reduce((sum, value) => sum + value ** 2, 0) / noise);
}

const text = { 'config.json': '{"model_type":"bert","hidden_size":128}', 'tokenizer.json': '{}' };
const tokens = {
  input_ids: new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: 12 }, (_, i) => BigInt(7 * i)),
    [1, 12],
  ),
};

test('every dtype of an encoder has its name, loads, and is as near as its bits allow', async () => {
  const graph = (await encoder()).bytes;
  const { written, refused, files } = await quantized({ ...text, 'onnx/model.onnx': graph }, ...dtypes);
  expect(refused).toEqual([]);
  expect([...files.keys()].sort()).toEqual(
    [
      'config.json',
      ...[
        '',
        '_bnb4',
        '_fp16',
        '_int8',
        '_q1',
        '_q1f16',
        '_q2',
        '_q2f16',
        '_q4',
        '_q4f16',
        '_quantized',
        '_uint8',
      ].map((suffix) => `onnx/model${suffix}.onnx`),
      'tokenizer.json',
    ].sort(),
  );
  const expected = await outputOf(graph, tokens);
  const least = {
    fp32: 200,
    fp16: 55,
    q8: 30,
    int8: 30,
    uint8: 30,
    q4: 15,
    q4f16: 15,
    bnb4: 15,
    q2: 2,
    q2f16: 2,
    q1: 0,
    q1f16: 0,
  };
  for (const { dtype, path, bytes } of written) {
    const kept = decibels(expected, await outputOf(files.get(path), tokens));
    expect(kept, dtype).toBeGreaterThan(least[dtype as keyof typeof least]);
    expect(files.get(path)?.length, dtype).toBe(bytes.after);
  }
});

test('forms are those of the script: blocks that a MatMul unpacks, and products of integers', async () => {
  const { files } = await quantized({ 'onnx/model.onnx': (await encoder()).bytes }, 'q4', 'q4f16', 'q8');
  expect(operators(files.get('onnx/model_q4.onnx'))).toEqual(
    expect.arrayContaining(['MatMulNBits', 'Gather']),
  );
  // The build of onnxruntime-web that transformers.js has lacks it on WebAssembly.
  expect(operators(files.get('onnx/model_q4.onnx'))).not.toContain('GatherBlockQuantized');
  expect(operators(files.get('onnx/model_quantized.onnx'))).toContain('MatMulInteger');
  const sizes = ['', 'f16'].map((end) => files.get(`onnx/model_q4${end}.onnx`)?.length as number);
  expect(sizes[1]).toBeLessThan(sizes[0] as number);
});

test('tables stay float where outputs would show that they have 8 bits, and nobody chose a number', async () => {
  const kept = async (largest: number, dtype: string, own: Partial<Recipe> = {}) => {
    const graph = (await residual(largest)).bytes;
    const { folder, writer, result } = memoryFolder({ 'onnx/model.onnx': graph });
    const { written } = await quantizeFolder(folder, { dtypes: [dtype], recipe: () => own }, writer);
    const { path = '', report } = written[0] ?? {};
    const output = await outputOf(result.get(path), tokens);
    const row = report?.weights.find(({ id }) => id === 'embedding');
    return { bits: row?.bits, decibels: decibels(await outputOf(graph, tokens), output) };
  };
  const untrained = await kept(0.03, 'q4');
  expect(untrained.bits).toBeUndefined();
  const rounded = await kept(0.03, 'q4', { bits: byName({ embedding: 8 }) });
  expect(rounded.bits).toBe(8);
  expect(untrained.decibels).toBeGreaterThan(rounded.decibels + 3);
  for (const [largest, dtype] of [
    [0.2, 'q4'],
    [0.03, 'q1'],
  ] as const)
    expect((await kept(largest, dtype)).bits, dtype).toBe(8);
  expect((await kept(0.03, 'q4', { bits: 4 })).bits).toBe(4);
});

test('bnb4 are blocks of 64 NormalFloats, or fewer where 64 do not divide a column', async () => {
  const { files } = await quantized({ 'onnx/model.onnx': (await encoder()).bytes }, 'bnb4');
  const { proto } = readModel(files.get('onnx/model_bnb4.onnx') as Uint8Array, 'a.onnx');
  const blocksOf = () =>
    (proto.graph?.node ?? [])
      .filter(({ opType }) => opType === 'MatMulBnb4')
      .map(({ attribute }) => Number(attribute.find(({ name }) => name === 'block_size')?.i));
  expect(blocksOf()).toEqual([64, 64]);
  const { files: odd } = await quantized(
    { 'onnx/model.onnx': (await encoder({}, 48)).bytes },
    'bnb4',
    'q2',
    'q4',
  );
  for (const [ending, op, block] of [
    ['bnb4', 'MatMulBnb4', 16],
    ['q2', 'MatMulNBits', 16],
    ['q4', 'MatMulNBits', 32],
  ] as const) {
    const bytes = odd.get(`onnx/model_${ending}.onnx`) as Uint8Array;
    const { graph } = readModel(bytes, 'a.onnx').proto;
    const product = graph?.node.find(({ opType }) => opType === op);
    expect(Number(product?.attribute.find(({ name }) => name === 'block_size')?.i), ending).toBe(block);
    expect((await outputOf(bytes, tokens)).every(Number.isFinite)).toBe(true);
  }
});

test('a policy of somebody is asked after the dtype, where there are blocks', async () => {
  const { folder, writer } = memoryFolder({ 'onnx/model.onnx': (await encoder()).bytes });
  const bitsOf = async (dtype: string, own: Partial<Recipe>) => {
    const { written } = await quantizeFolder(folder, { dtypes: [dtype], recipe: () => own }, writer);
    return Object.fromEntries(written[0]?.report?.weights.map(({ id, bits }) => [id, bits]) ?? []);
  };
  expect(await bitsOf('q4', {})).toEqual({ embedding: 8, first: 4, second: 4 });
  expect(await bitsOf('q4', { bits: byName({ second: 8 }) })).toEqual({ embedding: 8, first: 4, second: 8 });
  expect(await bitsOf('q4', { bits: 'progressive:from=8,to=4' })).toEqual({
    embedding: 8,
    first: 6,
    second: 4,
  });
  expect(await bitsOf('q4', { granularity: 'group:64', weights: 'absmax' })).toMatchObject({ first: 4 });
  expect(await bitsOf('q8', { bits: byName({ second: 4 }), granularity: 'group:64' })).toEqual({
    embedding: 8,
    first: 8,
    second: 8,
  });
  const spent = await bitsOf('q4', { bits: budget({ averageBits: 7.5, choices: [2, 4, 8] }) });
  expect(spent['embedding']).toBe(8);
  expect([spent['first'], spent['second']].sort()).toEqual([4, 8]);
  expect(await bitsOf('q8', { exclude: ['second'] })).toEqual({ embedding: 8, first: 8 });
});

test('weights are unsigned where there are convolutions, and signed where there are none', async () => {
  const types = (bytes: Uint8Array | undefined) =>
    inspectModel(readModel(bytes as Uint8Array, 'a.onnx')).parameters.types.map(({ type }) => type);
  const { files: seen } = await quantized({ 'onnx/model.onnx': (await pictures()).bytes }, 'q8');
  expect(types(seen.get('onnx/model_quantized.onnx'))).toContain('UINT8');
  const { files: read } = await quantized({ 'onnx/model.onnx': (await encoder()).bytes }, 'q8', 'uint8');
  expect(types(read.get('onnx/model_quantized.onnx'))).toContain('INT8');
  expect(types(read.get('onnx/model_uint8.onnx'))).toContain('UINT8');
  // An operator without weights tells so too.
  const model = readModel((await encoder()).bytes, 'model.onnx');
  const fused = model.proto.graph?.node.find(({ opType }) => opType === 'Relu');
  Object.assign(fused as object, { opType: 'MultiHeadAttention', domain: 'com.microsoft' });
  const { files: attends } = await quantized({ 'onnx/model.onnx': writeModel(model) }, 'q8');
  expect(types(attends.get('onnx/model_quantized.onnx'))).not.toContain('INT8');
});

test('config.json keeps its keys and tells of dtypes and data files', async () => {
  const before = {
    model_type: 'bert',
    'transformers.js_config': { kv_cache_dtype: { q4f16: 'float16' }, dtype: 'fp32' },
  };
  const files = { 'config.json': JSON.stringify(before), 'onnx/model.onnx': (await encoder()).bytes };
  const { config } = await quantized(files, 'q4', 'q8');
  expect(config).toEqual({
    model_type: 'bert',
    'transformers.js_config': {
      kv_cache_dtype: { q4f16: 'float16' },
      dtype: 'q8',
      use_external_data_format: { 'model_q4.onnx': 0, 'model_quantized.onnx': 0 },
      device_config: { webgpu: { dtype: 'q4' } },
    },
  });
  const { config: kept } = await quantized(files, 'fp32', 'q4');
  expect(kept['transformers.js_config']).toMatchObject({ dtype: 'fp32' });
});

test('a graph without weights is written in every dtype all the same, as it is', async () => {
  const files = { 'onnx/model.onnx': (await encoder()).bytes, 'onnx/sums.onnx': (await sums()).bytes };
  const { written, refused, files: result } = await quantized(files, 'q4', 'q8', 'fp16');
  expect(refused).toEqual([]);
  expect(written.map(({ path }) => path)).toEqual([
    'onnx/model_q4.onnx',
    'onnx/model_quantized.onnx',
    'onnx/model_fp16.onnx',
    'onnx/sums_q4.onnx',
    'onnx/sums_quantized.onnx',
    'onnx/sums_fp16.onnx',
  ]);
  expect(result.get('onnx/sums_q4.onnx')).toEqual((await sums()).bytes);
});

test('a dtype is written for all graphs or for none', async () => {
  const broken = await encoder({ external: true });
  const files = {
    'onnx/model.onnx': (await encoder()).bytes,
    'onnx/other.onnx': broken.bytes,
    'onnx/other.data': new Uint8Array(1),
  };
  const { written, refused, files: result } = await quantized(files, 'q4', 'bnb4');
  expect(written).toEqual([]);
  expect(refused.map(({ dtype, graph }) => [dtype, graph])).toEqual([
    ['q4', 'other'],
    ['bnb4', 'other'],
  ]);
  expect([...result.keys()]).toEqual(['onnx/other.data', 'config.json']);
});

test('data files come back in one file where they fit, and are no files to come along', async () => {
  const { bytes, externalData = [] } = await encoder({ external: true, externalPath: 'model.onnx_data' });
  const beside = Object.fromEntries(externalData.map(({ path, data }) => [`onnx/${path}`, data]));
  const { written, files, copied } = await quantized(
    { ...text, 'onnx/model.onnx': bytes, ...beside },
    'fp32',
    'q8',
  );
  expect(written.map(({ data }) => data)).toEqual([['onnx/model.onnx_data'], []]);
  expect(copied).toEqual(['tokenizer.json']);
  expect(JSON.parse(words(files.get('config.json')))).toMatchObject({
    'transformers.js_config': { use_external_data_format: { 'model.onnx': 1, 'model_quantized.onnx': 0 } },
  });
  const lost = await encoder({ external: true, externalPath: 'w.bin' });
  const { refused } = await quantized({ 'onnx/model.onnx': lost.bytes }, 'fp32');
  expect(refused[0]?.reason).toBe('the folder has no onnx/w.bin, where its data are');
});

test('data files of other names, and several, get those that transformers.js looks for', async () => {
  const { bytes, externalData = [] } = await encoder({ external: true, externalPath: 'model.onnx.data' });
  const data = externalData[0]?.data as Uint8Array;
  const model = readModel(bytes, 'model.onnx');
  const moved = model.proto.graph?.initializer.find(({ name }) => name === 'second');
  for (const entry of moved?.externalData ?? []) if (entry.key === 'location') entry.value = 'more.data';
  const { files, written, config } = await quantized(
    {
      'onnx/model.onnx': writeModel(model),
      'onnx/model.onnx.data': data,
      'onnx/more.data': data,
    },
    'fp32',
    'q4',
  );
  expect(written.map(({ data }) => data)).toEqual([['onnx/model.onnx_data', 'onnx/model.onnx_data_1'], []]);
  expect(config['transformers.js_config']).toMatchObject({
    use_external_data_format: { 'model.onnx': 2, 'model_q4.onnx': 0 },
  });
  const session = await ort.InferenceSession.create(files.get('onnx/model.onnx') as Uint8Array, {
    externalData: ['model.onnx_data', 'model.onnx_data_1'].map((path) => ({
      path,
      data: files.get(`onnx/${path}`) as Uint8Array,
    })),
  });
  const [output] = Object.values(await session.run(tokens));
  expect(output?.data).toEqual(await outputOf((await encoder()).bytes, tokens));
});

test('what is more than a file may hold is spread over several, which are counted', async () => {
  const { folder, writer, result } = memoryFolder({ 'onnx/model.onnx': (await encoder()).bytes });
  const asked = { dtypes: ['fp16', 'q8', 'q4'], fileLimit: 16_000 };
  const { written } = await quantizeFolder(folder, asked, writer);
  const { files: whole } = await quantized(
    { 'onnx/model.onnx': (await encoder()).bytes },
    'fp16',
    'q8',
    'q4',
  );
  const config = JSON.parse(words(result.get('config.json'))) as Record<string, unknown>;
  expect(config['transformers.js_config']).toMatchObject({
    use_external_data_format: { 'model_fp16.onnx': 3, 'model_quantized.onnx': 3, 'model_q4.onnx': 3 },
  });
  for (const { path, data, bytes } of written) {
    expect(data).toEqual(['', '_1', '_2'].map((end) => `${path}_data${end}`));
    const files = data.map((file) => result.get(file) as Uint8Array);
    const graph = result.get(path) as Uint8Array;
    expect(bytes.after).toBe(files.reduce((sum, file) => sum + file.length, graph.length));
    const session = await ort.InferenceSession.create(graph, {
      externalData: files.map((file, at) => ({
        path: (data[at] as string).replace('onnx/', ''),
        data: file,
      })),
    });
    const [output] = Object.values(await session.run(tokens));
    expect(output?.data, path).toEqual(await outputOf(whole.get(path), tokens));
  }
});

test('data of a graph that stays as it is are spread over several files where one would be too large', async () => {
  const { bytes, externalData = [] } = await encoder({ external: true, externalPath: 'w.bin' });
  const data = externalData[0]?.data as Uint8Array;
  const model = readModel(bytes, 'model.onnx');
  const [table, , second] = model.proto.graph?.initializer ?? [];
  // Two tensors that share their data, as exporters write tied ones, and one whose data go on to the end of the file.
  const tied = { ...(table as NonNullable<typeof table>), name: 'tied' };
  model.proto.graph?.initializer.push(tied);
  if (second) second.externalData = second.externalData.filter(({ key }) => key !== 'length');
  const written = writeModel(model);
  const openers = [
    () => data,
    () => ({ size: data.length, read: (from: number, count: number) => data.slice(from, from + count) }),
    () => new Blob([data as Uint8Array<ArrayBuffer>]),
    (_: string, range?: { offset: number; length: number }) =>
      range === undefined ? data : data.slice(range.offset, range.offset + range.length),
  ];
  for (const beside of openers) {
    const files = { 'onnx/model.onnx': written, 'onnx/w.bin': data };
    const { folder, writer, result } = memoryFolder(files);
    const options = { dtypes: ['fp32'], fileLimit: 120_000 };
    const { written: graphs } = await quantizeFolder({ ...folder, beside: () => beside }, options, writer);
    const names = ['', '_1'].map((end) => `onnx/model.onnx_data${end}`);
    expect(graphs[0]?.data).toEqual(names);
    expect(names.map((name) => result.get(name)?.length)).toEqual([116_736, 65_536]);
    const session = await ort.InferenceSession.create(result.get('onnx/model.onnx') as Uint8Array, {
      externalData: names.map((path) => ({ path: path.slice(5), data: result.get(path) as Uint8Array })),
    });
    const [output] = Object.values(await session.run(tokens));
    expect(output?.data).toEqual(await outputOf((await encoder()).bytes, tokens));
  }
  const { folder, writer } = memoryFolder({ 'onnx/model.onnx': bytes, 'onnx/w.bin': data.slice(0, 150_000) });
  const { refused } = await quantizeFolder(folder, { dtypes: ['fp32'], fileLimit: 120_000 }, writer);
  expect(refused[0]?.reason).toBe('onnx/w.bin is shorter than the graph says');
});

test('a graph that a dtype does not change takes its data in, and data that are too short are told', async () => {
  const { bytes, externalData = [] } = await pictures({ external: true, externalPath: 'w.bin' });
  const data = externalData[0]?.data as Uint8Array;
  const model = readModel(bytes, 'model.onnx');
  const product = model.proto.graph?.node.find(({ opType }) => opType === 'MatMul');
  Object.assign(product as object, { opType: 'Gemm' });
  const files = { 'onnx/model.onnx': writeModel(model), 'onnx/w.bin': data };
  const { written, files: result } = await quantized(files, 'q4');
  expect(written).toMatchObject([{ path: 'onnx/model_q4.onnx', data: [] }]);
  const whole = result.get('onnx/model_q4.onnx') as Uint8Array;
  expect(written[0]?.bytes.after).toBe(whole.length);
  const x = new ort.Tensor(
    'float32',
    new Float32Array(3072).map((_, at) => Math.sin(at)),
    [1, 3, 32, 32],
  );
  const expected = await outputOf((await pictures()).bytes, { pixel_values: x });
  expect(await outputOf(whole, { pixel_values: x })).toEqual(expected);
  const { refused } = await quantized({ ...files, 'onnx/w.bin': data.slice(0, 100) }, 'q4');
  expect(refused[0]?.reason).toContain('received a file of 100 bytes');
});

test('what branches of a merged decoder repeat is stored once', async () => {
  const [once, repeated] = [await mergedDecoder(false), await mergedDecoder(true)];
  expect(repeated.length).toBeGreaterThan(1.9 * once.length);
  const both = async (graph: Uint8Array) =>
    (await quantized({ 'onnx/decoder_model_merged.onnx': graph }, 'fp32', 'fp16', 'q4', 'q8')).files;
  const [expected, files] = [await both(once), await both(repeated)];
  for (const suffix of ['', '_fp16', '_q4', '_quantized']) {
    const path = `onnx/decoder_model_merged${suffix}.onnx`;
    const [bytes, least] = [files.get(path) as Uint8Array, expected.get(path) as Uint8Array];
    expect(bytes.length, suffix).toBeLessThan(1.05 * least.length);
    for (const which of [true, false]) {
      const x = new ort.Tensor(
        'float32',
        Float32Array.from({ length: 128 }, (_, at) => Math.sin(at)),
        [1, 128],
      );
      const feeds = { x, use_cache_branch: new ort.Tensor('bool', [which], [1]) };
      expect(await outputOf(bytes, feeds)).toEqual(await outputOf(least, feeds));
    }
  }
});

test('a folder of an exporter, with graphs beside config.json, gets the folder onnx; forms that are there are left out', async () => {
  const graph = (await encoder()).bytes;
  const { files, reads } = await quantized(
    { ...text, 'model.onnx': graph, 'onnx/old.txt': 'x', 'model_q4.onnx': graph },
    'q4',
    'q8',
  );
  expect([...files.keys()].sort()).toEqual(
    [
      'config.json',
      'onnx/model_q4.onnx',
      'onnx/model_quantized.onnx',
      'onnx/old.txt',
      'tokenizer.json',
    ].sort(),
  );
  expect(reads).toEqual(['model.onnx', 'config.json']);
});

test('data choose roundings, and the outputs are judged on them', async () => {
  const { folder, writer } = memoryFolder({ 'onnx/model.onnx': (await encoder()).bytes });
  const data = Array.from({ length: 4 }, (_, n) => ({
    inputs: {
      input_ids: { shape: [1, 12], data: Array.from({ length: 12 }, (_, i) => (31 * n + 7 * i) % 100) },
    },
  }));
  const { written } = await quantizeFolder(folder, { dtypes: ['q2'], ort, recipe: () => ({ data }) }, writer);
  expect(written[0]?.report?.verdict).toMatchObject({ by: 'outputs' });
});

test('wrong calls are told', async () => {
  const { folder, writer, result } = memoryFolder({ 'onnx/model.onnx': (await encoder()).bytes });
  await expect(quantizeFolder(folder, { dtypes: ['q3'] }, writer)).rejects.toMatchObject({
    code: 'invalid-argument',
    received: 'q3',
  });
  await expect(quantizeFolder(folder, { dtypes: [] }, writer)).rejects.toMatchObject({ received: 'none' });
  const empty = memoryFolder({ 'a.txt': '' });
  await expect(quantizeFolder(empty.folder, { dtypes: ['q4'] }, writer)).rejects.toMatchObject({
    received: 'a.txt',
  });
  const json = memoryFolder({ 'config.json': '[]', 'onnx/model.onnx': (await encoder()).bytes });
  await expect(quantizeFolder(json.folder, { dtypes: ['q4'] }, writer)).rejects.toMatchObject({
    code: 'model-malformed',
    where: 'config.json',
  });
  const stop = new AbortController();
  stop.abort();
  const asked = { dtypes: ['q4'], signal: stop.signal };
  await expect(quantizeFolder(folder, asked, writer)).rejects.toMatchObject({ code: 'aborted' });
  expect(result.has('config.json')).toBe(false);
});
