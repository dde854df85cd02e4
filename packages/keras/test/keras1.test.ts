import { describe, expect, it } from 'vitest';

import { readKeras } from '../src/index.js';
import { casesOfKeras1, goldenOf, kerasCases, valuesOf } from './cases.js';
import { failure, goldenValues, textOf, weightValues } from './support.js';
import './in-place.js';

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What `model.to_json()` of Keras 1 gives for layers one after the other. */
const topology = (...layers: readonly Layer[]) =>
  JSON.stringify({ class_name: 'Sequential', keras_version: '1.2.2', config: layers });

const layer = (name: string, config: object, shape?: readonly (number | null)[]): Layer => ({
  class_name: name,
  config: {
    name: 'layer',
    trainable: true,
    ...config,
    ...(shape !== undefined && { batch_input_shape: shape, input_dtype: 'float32' }),
  },
});

const picture = [null, 9, 8, 3];
const plane = {
  nb_filter: 5,
  nb_row: 3,
  nb_col: 2,
  border_mode: 'valid',
  subsample: [1, 1],
  dim_ordering: 'tf',
};
const pool = { pool_size: [3, 3], strides: [1, 1], border_mode: 'same', dim_ordering: 'tf' };

describe.each(await casesOfKeras1())('%s', (_, cases) => {
  it.each([...cases])('%s', async (_name, files) => {
    const { weights: golden } = goldenOf(files);
    const apart = { topology: textOf(files.get('model.json')), weights: files.get('model.weights.h5')! };
    for (const source of [files.get('model.h5')!, apart]) {
      const model = await readKeras(source);
      expect(model.kerasVersion).toBe('1.2.2');
      expect(await weightValues(model, Object.keys(golden))).toEqual(goldenValues(golden));
      expect(model.notes.join(' ')).not.toContain('Theano');
      model.close();
    }
  });
});

it('says where nothing tells with what Keras 1 computed, and believes what it is told', async () => {
  const files = (await kerasCases('keras1-theano')).get('convolution_3d')!;
  const topology = textOf(files.get('model.json'));
  // Names of the same length that tell nothing.
  const names = Buffer.from(files.get('model.weights.h5')!).toString('latin1');
  const numbered = names.replace(
    /(convolution3d|dense)_(\d+)_([Wb])/g,
    (_all, name, count, end) => `${name}_${count}_${end === 'W' ? 0 : 1}`,
  );
  const weights = new Uint8Array(Buffer.from(numbered, 'latin1'));
  const values = async (backend?: 'theano' | 'tensorflow') => {
    const model = await readKeras({ topology, weights }, { ...(backend && { backend }) });
    const [kernel] = model.weights;
    const notes = model.notes.filter((note) => note.includes('Theano'));
    const result = [notes, [...(await kernel!.read())]] as const;
    model.close();
    return result;
  };
  const [unsure, turned, told] = [await values(), await values('theano'), await values('tensorflow')];
  expect(unsure[0]).toEqual([expect.stringContaining("Give { backend: 'theano' }") as string]);
  expect(turned[0]).toEqual([]);
  expect(told).toEqual([[], unsure[1]]);
  const golden = Object.values(goldenOf(files).weights)[0]![0]!;
  expect(turned[1]).toEqual([...valuesOf(golden)]);
  expect(turned[1]).not.toEqual(told[1]);
});

it('says so for padding too, in a model without weights', async () => {
  const config = { ...pool, pool_size: [2, 2] };
  const { notes } = await readKeras({ topology: topology(layer('MaxPooling2D', config, picture)) });
  expect(notes).toEqual([expect.stringContaining('pads otherwise') as string]);
  const alike = await readKeras({ topology: topology(layer('MaxPooling2D', pool, picture)) });
  expect(alike.notes).toEqual([]);
});

describe('options of Keras 1 by which other numbers come out', () => {
  it.each([
    ['BatchNormalization', { mode: 1, axis: -1 }, 'BatchNormalization with mode=1'],
    ['BatchNormalization', { mode: 2, axis: -1 }, 'BatchNormalization with mode=2'],
    ['Convolution2D', { ...plane, border_mode: 'full' }, 'Convolution2D with border_mode="full" of Keras 1'],
    ['Convolution2D', { ...plane, groups: 2 }, 'Convolution2D with groups=2 of Keras 1'],
    [
      'Convolution2D',
      { ...plane, dim_ordering: 'default' },
      'Convolution2D with dim_ordering="default" of Keras 1',
    ],
    [
      'Deconvolution2D',
      { ...plane, subsample: [2, 1], output_shape: [null, 20, 9, 5] },
      'Conv2DTranspose with output_shape=[null,20,9,5], where strides and valid padding give [19,9]',
    ],
    ['Flatten', { order: 'F' }, 'Flatten with order="F" of Keras 1'],
  ])('refuses %s with %j', async (name, config, received) => {
    const { problems } = await failure(readKeras({ topology: topology(layer(name, config, picture)) }));
    expect(problems).toMatchObject([{ code: 'layer-unsupported', where: 'layer', received }]);
  });

  it('refuses a merge by the cosine', async () => {
    const inputs = ['a', 'b'].map((name) => ({
      class_name: 'InputLayer',
      name,
      config: { name, batch_input_shape: [null, 6], input_dtype: 'float32' },
      inbound_nodes: [],
    }));
    const merge = {
      class_name: 'Merge',
      name: 'merge',
      config: { name: 'merge', mode: 'cos', dot_axes: -1 },
    };
    const nodes = [
      [
        ['a', 0, 0],
        ['b', 0, 0],
      ],
    ];
    const config = {
      layers: [...inputs, { ...merge, inbound_nodes: nodes }],
      input_layers: nodes[0],
      output_layers: [['merge', 0, 0]],
    };
    const text = JSON.stringify({ class_name: 'Model', keras_version: '1.2.2', config });
    const { problems } = await failure(readKeras({ topology: text }));
    expect(problems).toMatchObject([{ where: 'merge', received: "Merge with mode='cos'" }]);
  });
});

describe('same padding of Theano', () => {
  const read = (name: string, config: object, shape = picture) =>
    readKeras({ topology: topology(layer(name, config, shape)) }, { backend: 'theano' });

  it.each([
    ['MaxPooling2D', { ...pool, pool_size: [2, 2], strides: [2, 2] }, picture],
    ['AveragePooling2D', { ...pool, strides: [2, 2] }, picture],
    ['AveragePooling2D', { ...pool, strides: [2, 2] }, [null, null, null, 3]],
    ['MaxPooling1D', { pool_length: 2, stride: 2, border_mode: 'same' }, [null, 8, 3]],
    ['ConvLSTM2D', { ...plane, inner_activation: 'sigmoid' }, [null, 4, 9, 8, 3]],
  ])('is refused for %s with %j', async (name, config, shape) => {
    const { problems } = await failure(read(name, config, shape));
    expect(problems).toMatchObject([
      { where: 'layer', received: expect.stringMatching(/Theano pads at the other end/) as string },
    ]);
  });

  it.each([
    ['AveragePooling2D', pool, picture],
    ['MaxPooling2D', { ...pool, strides: [2, 1] }, [null, 9, 8, 3]],
    ['AveragePooling2D', pool, [null, null, null, 3]],
  ])('is read for %s with %j', async (name, config, shape) => {
    const model = await read(name, config, shape);
    expect(model.network.layers[1]).toMatchObject({ config: { padding: 'same' } });
  });

  it.each([
    ['Convolution2D', { ...plane, nb_col: 5, border_mode: 'same', subsample: [2, 1] }],
    ['AtrousConvolution2D', { ...plane, nb_row: 2, border_mode: 'same', atrous_rate: [2, 2] }],
  ])('fits %s with %j', async (name, config) => {
    // Nothing is wrong but that there are no weights.
    expect(await failure(read(name, config))).toMatchObject({ code: 'model-not-keras' });
  });
});

it('refuses a backend that is none of Keras 1', async () => {
  const work = readKeras({ topology: topology() }, { backend: 'cntk' as never });
  expect(await failure(work)).toMatchObject({ code: 'invalid-argument', where: "keras: option 'backend'" });
});
