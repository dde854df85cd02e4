import { quantize } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import {
  keras,
  partsOfIndex,
  readKeras,
  tfjsArtifacts,
  tfjsModelFiles,
  type CustomLayerHook,
  type KerasSource,
} from '../src/index.js';
import { registry } from '../src/register.js';
import { failure, goldenValues, jsonOf, textOf, weightValues } from './support.js';
import { type Golden, kerasCases } from './cases.js';

const cases = await kerasCases('older');

function file(name: string, entry: string): Uint8Array {
  return cases.get(name)!.get(entry)!;
}

/** A model as it lies in a case: whole, or topology and weights apart. */
function sources(name: string): KerasSource[] {
  const files = cases.get(name)!;
  const whole = ['model.keras', 'model.h5'].flatMap((entry) => files.get(entry) ?? []);
  if (whole.length > 0) return whole;
  const weights = [...files].flatMap(([entry, bytes]) => (entry.endsWith('.h5') ? [bytes] : []));
  return [{ topology: textOf(files.get('model.json')), weights }];
}

function golden(name: string): Golden['weights'] {
  return jsonOf(file(name, 'golden.json'));
}

it.each([
  ['bfloat16', 'bfloat16'],
  ['float16', 'float16'],
  ['float64', 'float64'],
  ['mixed_float16', 'float32'],
  ['optimizer3', 'float32'],
  ['optimizer2', 'float32'],
  ['sharded', 'float32'],
  ['unnamed', 'float32'],
  ['keras1', 'float32'],
  ['keras1_gates', 'float32'],
  ['theano', 'float32'],
])('reads %s', async (name, type) => {
  for (const source of sources(name)) {
    const model = await readKeras(source);
    expect(await weightValues(model, Object.keys(golden(name)))).toEqual(goldenValues(golden(name)));
    expect(new Set(model.weights.map(({ storedType }) => storedType))).toContain(type);
    model.close();
  }
});

describe('a store of weights in parts', () => {
  const topology = textOf(file('sharded', 'model.json'));
  const index = file('sharded', 'part.weights.json');
  const names = partsOfIndex(textOf(index));
  const parts = names.map((name, i) => new File([file('sharded', `part${i}.h5`).slice()], name));

  it('is read with its index among the parts', async () => {
    expect(names).toEqual(['part_00000.weights.h5', 'part_00001.weights.h5']);
    for (const weights of [
      [index, ...parts],
      [...parts, new File([index.slice()], 'part.weights.json')],
    ]) {
      const model = await readKeras({ topology, weights });
      const expected = golden('sharded');
      expect(await weightValues(model, Object.keys(expected))).toEqual(goldenValues(expected));
      model.close();
    }
  });

  it.each([
    ['the index alone', [], '2 parts: part_00000.weights.h5, part_00001.weights.h5', 'the index alone'],
    ['one of two parts', parts.slice(0, 1), '2 parts, also part_00001.weights.h5', '1 of them'],
  ])('names what is missing beside %s', async (_, beside, expected, received) => {
    const thrown = await failure(readKeras({ topology, weights: [index, ...beside] }));
    expect(thrown).toMatchObject({ code: 'external-data', received });
    expect(thrown.expected).toContain(expected);
  });

  it.each([
    ['{', 'model-malformed'],
    ['{"weight_map":{}}', 'model-malformed'],
    ['{"weight_map":{"/layers/dense/vars":["a.weights.h5",1]}}', 'model-malformed'],
    ['{"weight_map":["a.weights.h5"]}', 'model-malformed'],
  ])('refuses the index %s', (text, code) => {
    expect(() => partsOfIndex(text)).toThrowError(expect.objectContaining({ code }));
  });

  it('refuses an index without a topology, and other JSON in its place', async () => {
    const { received } = await failure(readKeras(index));
    expect(received).toContain('index of weights in parts');
    expect(await failure(readKeras({ topology, weights: new TextEncoder().encode(topology) }))).toMatchObject(
      {
        received: 'a topology',
        remedy: expect.stringContaining('Give the weights') as string,
      },
    );
    expect(() => partsOfIndex(index as never)).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

it('says what it leaves out and what it computes otherwise', async () => {
  const [mixed] = sources('mixed_float16');
  const { notes } = await readKeras(mixed!);
  expect(notes).toContain('Layers with the policy mixed_float16 are computed in float32.');
});

// Bytes of the values below `optimizer` and `optimizer_weights`, as h5py counts them.
it.each([
  ['optimizer3', 764],
  ['optimizer2', 760],
])('leaves the state of an optimizer out, and says how large it is: %s', async (name, state) => {
  const files = sources(name) as Uint8Array[];
  expect(files).toHaveLength(2);
  for (const source of files) {
    const model = await readKeras(source);
    expect(model.fileBytes).toBe(source.length - state);
    expect(model.notes).toContain(
      `The state of the optimizer, ${state} bytes of the file, was left out: sizes are told without it.`,
    );
    const { report } = await quantize(keras(model), { registry, bits: 4 });
    expect(report.modelBytes.before).toBe(model.fileBytes);
  }
  const plain = await readKeras(file('float16', 'model.keras'));
  expect(plain.fileBytes).toBe(file('float16', 'model.keras').length);
  expect(plain.notes.join(' ')).not.toContain('optimizer');
});

it('puts Keras 1 into the words of Keras 2', async () => {
  const { network, kerasVersion } = await readKeras(sources('keras1')[0]!);
  expect(kerasVersion).toBe('1.2.2');
  const [, conv, pool, , , dense] = network.layers;
  expect(conv).toMatchObject({
    className: 'Conv2D',
    config: { filters: 4, kernel_size: [3, 2], strides: [1, 1], padding: 'valid', use_bias: true },
  });
  expect(pool).toMatchObject({ className: 'MaxPooling2D', config: { pool_size: [2, 2] } });
  expect(dense).toMatchObject({ className: 'Dense', config: { units: 5, activation: 'softmax' } });
});

/** A Sequential of Keras 1 whose layers have no weights. */
const sequential = (...layers: readonly object[]) => ({ class_name: 'Sequential', config: layers });
const activation = (name: string, shape?: readonly (number | null)[]) => ({
  class_name: 'Activation',
  config: { name, activation: 'tanh', ...(shape !== undefined && { batch_input_shape: shape }) },
});
const merge = (name: string, mode: string, ...layers: readonly object[]) => ({
  class_name: 'Merge',
  config: { name, mode, concat_axis: -1, dot_axes: -1, layers },
});

it('reads a Sequential of Keras 1 that begins with branches, also in branches', async () => {
  const inner = sequential(
    merge('inner', 'sum', sequential(activation('b', [null, 4])), sequential(activation('c', [null, 4]))),
    activation('d'),
  );
  const branches = [sequential(activation('a', [null, 5]), activation('a2')), inner];
  const model = sequential(merge('outer', 'concat', ...branches), activation('end'));
  const topology = JSON.stringify({ ...model, keras_version: '1.2.2' });
  const { network } = await readKeras({ topology });
  expect(network.inputs.map(({ layer }) => layer)).toEqual(['a_input', 'b_input', 'c_input']);
  const sources = network.calls.map(({ layer, args }) => [
    layer.name,
    JSON.stringify(args).match(/(?<="layer":")\w+/g) ?? [],
  ]);
  expect(Object.fromEntries(sources)).toMatchObject({
    inner: ['b', 'c'],
    d: ['inner'],
    outer: ['a2', 'd'],
    end: ['outer'],
  });
  expect(network.calls.find(({ layer }) => layer.name === 'end')?.outputShapes).toEqual([[null, 9]]);
});

it('refuses branches of Keras 1 inside other layers by name', async () => {
  const model = sequential(
    activation('first', [null, 4]),
    merge('late', 'sum', sequential(activation('a', [null, 4])), sequential(activation('b', [null, 4]))),
  );
  const { problems } = await failure(readKeras({ topology: JSON.stringify(model) }));
  expect(problems).toMatchObject([{ where: 'late', received: 'Merge of models' }]);
});

it.each([
  [
    [1, 2, 0, 3],
    [
      [1, 2],
      [0, 3],
    ],
  ],
  [
    { top_pad: 1, bottom_pad: 2, left_pad: 0, right_pad: 3 },
    [
      [1, 2],
      [0, 3],
    ],
  ],
  [
    [1, 2],
    [1, 2],
  ],
])('reads padding of Keras 1 as %j', async (padding, expected) => {
  const layer = { name: 'pad', batch_input_shape: [null, 5, 6, 2], padding, dim_ordering: 'tf' };
  const topology = JSON.stringify(sequential({ class_name: 'ZeroPadding2D', config: layer }));
  const { network } = await readKeras({ topology });
  expect(network.layers[1]).toMatchObject({ config: { padding: expected } });
});

it.each([
  ['lambda', 'twice', 'Lambda, a function of Python', 'lambdas'],
  ['custom', 'scaled', 'Scaled', 'customLayers: { Scaled'],
  ['quantized', 'dense', 'policy of types int8', 'let lowbit quantize it'],
])('refuses the layers of %s by name and class', async (name, layer, received, remedy) => {
  for (const source of sources(name)) {
    const { problems } = await failure(readKeras(source));
    const problem = problems.find(({ where }) => where.startsWith(layer));
    expect(problem).toMatchObject({
      code: 'layer-unsupported',
      received: expect.stringContaining(received) as string,
      remedy: expect.stringContaining(remedy) as string,
    });
  }
});

it('refuses values that are pickled', async () => {
  const error = await failure(readKeras(file('npz', 'model.keras')));
  expect(error).toMatchObject({
    code: 'model-not-keras',
    received: expect.stringContaining('pickled') as string,
  });
});

it.each([
  ['model.keras', ['vars/0', 'vars/1']],
  ['model.h5', ['scale', 'shift']],
])('asks a hook what takes the place of a layer in %s', async (entry, names) => {
  const seen: unknown[] = [];
  const model = await readKeras(file('custom', entry), {
    customLayers: {
      Scaled: (config, weights) => {
        seen.push(
          config['factor'],
          weights.map(({ name, shape }) => [name, shape]),
        );
        return { className: 'MyScaled', weights: ['scale', 'shift'], outputShape: [null, 4] };
      },
    },
  });
  expect(seen).toEqual([3, names.map((name) => [name, [4]])]);
  expect(await weightValues(model, Object.keys(golden('custom')))).toEqual(goldenValues(golden('custom')));
  const scaled = model.network.layers.find(({ name }) => name === 'scaled');
  expect(scaled).toMatchObject({ className: 'MyScaled', config: { factor: 3 } });
  expect(scaled?.weights.map(({ id }) => id)).toEqual(['scaled/scale', 'scaled/shift']);
});

it.each([
  ['model.keras', ['scaled/vars/0', 'scaled/vars/1']],
  ['model.h5', ['scaled/scale', 'scaled/shift']],
])('calls weights of %s as the file does where a hook does not', async (entry, ids) => {
  const customLayers = { Scaled: () => ({ className: 'Scaled', outputShape: [null, 4] }) };
  const { network } = await readKeras(file('custom', entry), { customLayers });
  const scaled = network.layers.find(({ name }) => name === 'scaled');
  expect(scaled?.weights.map(({ id }) => id)).toEqual(ids);
});

it('refuses a hook whose names are those of the file in another order; a .keras file has none', async () => {
  const named = (weights: readonly string[]) => ({
    customLayers: { Scaled: () => ({ className: 'Mine', weights, outputShape: [null, 4] }) },
  });
  expect(await failure(readKeras(file('custom', 'model.h5'), named(['shift', 'scale'])))).toMatchObject({
    code: 'invalid-argument',
    where: 'scaled: customLayers or lambdas',
    expected: 'weights in the order of the file: scale [4], shift [4]',
    received: 'shift, scale',
  });
  for (const [entry, names] of [
    ['model.keras', ['shift', 'scale']],
    ['model.h5', ['shift', 'factor']],
  ] as const) {
    const { network } = await readKeras(file('custom', entry), named(names));
    const scaled = network.layers.find(({ name }) => name === 'scaled');
    expect(scaled?.weights.map(({ name }) => name)).toEqual(names);
  }
});

it.each<[string, string | CustomLayerHook, string, string]>([
  ['is no function', 'Dense', 'a function', 'string'],
  ['gives nothing', () => undefined as never, 'returns { className, config }', 'undefined'],
  ['gives a text', () => 'Dense' as never, 'returns { className, config }', 'string'],
  ['gives a promise', () => Promise.resolve() as never, 'returns { className, config }', 'a promise'],
  ['gives a model', () => ({ className: 'Sequential', config: { layers: [] } }), 'none inside', 'Sequential'],
  ['gives a wrapper', () => ({ className: 'TimeDistributed' }), 'none inside', 'TimeDistributed'],
  [
    'gives no shape',
    () => ({ className: 'Mine', outputShape: 'x' as never }),
    'an outputShape of sizes',
    'x',
  ],
  [
    'gives one text for weights',
    () => ({ className: 'Mine', weights: 'scale' as never }),
    'names',
    '"scale"',
  ],
  ['names two alike', () => ({ className: 'Mine', weights: ['a', 'a'] }), 'different names', '["a","a"]'],
  ['numbers weights', () => ({ className: 'Mine', weights: ['0', '1'] }), 'begins with a digit', '["0","1"]'],
  ['names one weight of two', () => ({ className: 'Mine', weights: ['scale'] }), 'all 2 weights', 'scale'],
  [
    'throws',
    () => {
      throw new Error('not today');
    },
    'a function that returns',
    'one that throws: not today',
  ],
])('says what is wrong with a hook that %s', async (_, hook, expected, received) => {
  for (const entry of ['model.keras', 'model.h5']) {
    const options = { customLayers: { Scaled: hook as never } };
    expect(await failure(readKeras(file('custom', entry), options))).toMatchObject({
      code: 'invalid-argument',
      where: 'scaled: customLayers or lambdas',
      expected: expect.stringContaining(expected) as string,
      received,
    });
  }
});

it.each([
  ['operation', 'Mean', { axis: -1 }],
  ['tf_mean', 'TFOpLambda', { axis: [1, 2] }],
])('tells a hook what an operation is called with: %s', async (name, className, settings) => {
  for (const source of sources(name)) {
    const seen: object[] = [];
    const customLayers = {
      [className]: (config: object, _: unknown, constants: object) => {
        seen.push({ ...config, ...constants });
        return { className: 'Reduced', outputShape: [null, 3] };
      },
    };
    const { network } = await readKeras(source, { customLayers });
    expect(seen).toEqual([expect.objectContaining(settings)]);
    const { args, kwargs } = network.calls.at(-1)!;
    expect({ args, kwargs }).toEqual({ args: [{ tensor: expect.anything() as object }], kwargs: {} });
  }
});

it.each(['bfloat16', 'float16', 'float64', 'optimizer3'])(
  'the size of a quantized model is that of all files that are written: %s',
  async (name) => {
    const [source] = sources(name);
    const { model, report } = await quantize(keras(source!), { registry, bits: 4 });
    const { weightData } = await tfjsArtifacts(model);
    const { json } = tfjsModelFiles(model);
    expect(report.modelBytes.after).toBe(weightData.byteLength + new TextEncoder().encode(json).length);
    const read = await readKeras(source!);
    expect(report.modelBytes.before).toBe(read.fileBytes);
    const again = await quantize(keras(read), { registry, bits: 4 });
    expect(again.report.modelBytes).toEqual(report.modelBytes);
    // What was quantized lies in no file as it is.
    expect(again.model.fileBytes).toBeUndefined();
  },
);

it('names LoRA where its weights lie beside those that it is for', async () => {
  const merged = await readKeras(file('lora', 'model.keras'));
  expect(merged.weights.map(({ id }) => id)).toEqual(['dense/kernel', 'dense/bias']);
  const error = await failure(readKeras(file('lora', 'model.h5')));
  expect(error).toMatchObject({
    code: 'weights-mismatch',
    where: expect.stringContaining('dense') as string,
  });
  expect(error.message).toContain('LoRA');
  expect(error.remedy).toContain('.keras');
});

it('takes a layer of Keras in the place of a Lambda', async () => {
  const lambdas = { twice: () => ({ className: 'Rescaling', config: { scale: 2, offset: 0 } }) };
  const { network } = await readKeras(file('lambda', 'model.keras'), { lambdas });
  expect(network.calls.at(-1)).toMatchObject({
    layer: { name: 'twice', className: 'Rescaling', config: { scale: 2 } },
    outputShapes: [[null, 4]],
  });
});
