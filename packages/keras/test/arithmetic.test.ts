import { expect, it } from 'vitest';

import { readKeras, type KerasNetwork } from '../src/index.js';
import { kerasCases } from './cases.js';

const cases = await kerasCases('keras3-arithmetic');

async function networks(name: string): Promise<readonly KerasNetwork[]> {
  const files = ['model.keras', 'model.h5'].map((file) => cases.get(name)!.get(file)!);
  const models = await Promise.all(files.map((file) => readKeras(file)));
  models.forEach((model) => model.close());
  return models.map(({ network }) => network);
}

it('a tensor and a number are a layer that rescales', async () => {
  for (const { layers } of await networks('arithmetic_numbers')) {
    const scales = layers.filter(({ className }) => className === 'Rescaling');
    expect(scales.map(({ config }) => [config['scale'], config['offset']])).toEqual([
      [1, 3],
      [1, 2.5],
      [1, -0.75],
      [-1, 1.5],
      [0.125, 0],
      [-2, 0],
      [1 / 6, 0],
    ]);
  }
});

it('two tensors of one shape are a layer that merges them, in their order', async () => {
  const operations = ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum'];
  for (const { layers, calls } of await networks('arithmetic_tensors')) {
    const merges = layers.filter(({ className }) => operations.includes(className));
    expect(merges.map(({ className }) => className)).toEqual(operations);
    for (const { layer, args } of calls.filter((call) => merges.includes(call.layer)))
      expect(args, layer.name).toEqual([
        {
          list: [
            { tensor: { layer: 'left', call: 0, output: 0 } },
            { tensor: { layer: 'right', call: 0, output: 0 } },
          ],
        },
      ]);
  }
});

it('what networks of keras.applications do is among them', async () => {
  for (const { calls } of await networks('arithmetic_squeeze'))
    expect(calls.map(({ layer }) => layer.className)).toEqual([
      'Conv2D',
      'GlobalAveragePooling2D',
      'Rescaling',
      'ReLU',
      'Rescaling',
      'Reshape',
      'Multiply',
    ]);
});

it('what a hook names stays as it is, for the hook', async () => {
  const file = cases.get('operations_functions')!.get('model.keras')!;
  let count = 0;
  const hook = () => ({ className: 'Identity', config: {}, outputShape: [null, 4, 3], count: count++ });
  const model = await readKeras(file, { customLayers: { Relu: hook } });
  expect(count).toBe(1);
  model.close();
});

it('layers that stand for operations say so, which take no masks on', async () => {
  const [network] = await networks('operations_masks');
  const marked = network!.layers.filter(({ isOperation }) => isOperation).map(({ className }) => className);
  expect(new Set(marked)).toEqual(
    new Set(['Add', 'Rescaling', 'Multiply', 'Activation', 'GlobalAveragePooling1D']),
  );
  expect(network!.layers.find(({ name }) => name === 'kept')!.isOperation).toBeUndefined();
});

it.each(['Clip', 'Power', 'TakePlaces', 'Mask'])(
  'a class of your own that is called as one of lowbit: %s',
  async (className) => {
    const each = { class_name: className, config: { name: 'each', min_value: 0, exponent: 2 } };
    const start = { class_name: 'InputLayer', config: { name: 'start', batch_input_shape: [null, 4] } };
    const topology = {
      class_name: 'Sequential',
      keras_version: '2.9.0',
      config: { name: 'own', layers: [start, each] },
    };
    await expect(readKeras({ topology })).rejects.toMatchObject({
      code: 'layer-unsupported',
      received: `${className}, a layer of your own`,
    });
  },
);

/** A function of the input `start`, as Keras 3 or tf-keras writes it. */
const functions = {
  'Keras 3, a function that no layer computes': {
    class_name: 'Cumsum',
    config: { name: 'each', axis: 1 },
    inbound_nodes: [{ args: [tensor()], kwargs: {} }],
  },
  'Keras 3, along the samples': {
    class_name: 'Flip',
    config: { name: 'each', axis: -3 },
    inbound_nodes: [{ args: [tensor()], kwargs: {} }],
  },
  'tf-keras, a function that no layer computes': ofTensorFlow('math.cumsum', { axis: 1 }),
  'tf-keras, along the samples': ofTensorFlow('math.reduce_mean', { axis: [-3] }),
  'tf-keras, over everything': ofTensorFlow('math.reduce_mean', {}),
  'tf-keras, along an axis that there is not': ofTensorFlow('reverse', { axis: [3] }),
  'tf-keras, with an array that has more places': ofTensorFlow('math.multiply', { y: [[[[1]]]] }),
  'tf-keras, with a setting that is not known': ofTensorFlow('nn.silu', { beta: 2 }),
  'tf-keras, bounds that no value is between': ofTensorFlow('clip_by_value', {
    clip_value_min: 1,
    clip_value_max: -1,
  }),
  'tf-keras, a power of what is below zero': ofTensorFlow('math.pow', { x: -2 }),
  'tf-keras, bounds that are arrays': ofTensorFlow('math.maximum', { y: [1, 2, 3] }),
  'tf-keras, other samples': ofTensorFlow('reshape', { shape: [-1, 3] }),
  'tf-keras, joined along the samples': ofTensorFlow('concat', { axis: -3 }),
  'Keras 3, mirrored beyond the other edge': padded(
    [
      [0, 0],
      [4, 1],
      [0, 0],
    ],
    null,
    'reflect',
  ),
  'Keras 3, padded with an array': padded(
    [
      [0, 0],
      [1, 1],
      [0, 0],
    ],
    [0.5],
  ),
  'Keras 3, unequal parts': ofKeras('Split', { indices_or_sections: 3, axis: 1 }, [tensor()]),
  'Keras 3, parts of the samples': ofKeras('Split', { indices_or_sections: 2, axis: 0 }, [tensor()]),
  'Keras 3, places that there are not': ofKeras('Take', { axis: 1 }, [tensor(), [4]]),
  'Keras 3, compared with an array': ofKeras('Greater', {}, [tensor(), [1, 2, 3]]),
  'Keras 3, products of several samples': ofKeras('Einsum', { subscripts: 'abc,dbc->ad' }, [
    tensor(),
    tensor(),
  ]),
  'Keras 3, a diagonal': ofKeras('Einsum', { subscripts: 'abb,abc->ac' }, [tensor(), tensor()]),
  'Keras 3, more samples': padded(
    [
      [1, 0],
      [0, 0],
      [0, 0],
    ],
    null,
  ),
  'tf-keras, mirrored around': ofTensorFlow('compat.v1.pad', {
    paddings: [
      [0, 0],
      [1, 0],
      [0, 0],
    ],
    mode: 'REFLECT',
  }),
  'tf-keras, samples several times': ofTensorFlow('tile', { multiples: [2, 1, 1] }),
  'tf-keras, very many times': ofTensorFlow('tile', { multiples: [1, 1e9, 1] }),
  'tf-keras, a new axis of samples': ofTensorFlow('expand_dims', { axis: 0 }),
  'tf-keras, a length over the samples': ofTensorFlow('math.l2_normalize', { axis: [0, 1] }),
  'tf-keras, a new axis in front': {
    class_name: 'SlicingOpLambda',
    config: {
      name: 'each',
      trainable: true,
      dtype: 'float32',
      function: '__operators__.getitem',
    },
    inbound_nodes: [['start', 0, 0, { slice_spec: [null, { start: null, stop: null, step: null }] }]],
  },
  'Keras 3, another type': {
    class_name: 'Cast',
    config: { name: 'each', dtype: 'int32' },
    inbound_nodes: [{ args: [tensor()], kwargs: {} }],
  },
};

function tensor() {
  return {
    class_name: '__keras_tensor__',
    config: { shape: [null, 4, 3], keras_history: ['start', 0, 0] },
  };
}

function ofKeras(class_name: string, config: object, args: readonly unknown[]) {
  return { class_name, config: { name: 'each', ...config }, inbound_nodes: [{ args, kwargs: {} }] };
}

function padded(pad_width: unknown, constant_values: unknown, mode = 'constant') {
  return {
    class_name: 'Pad',
    config: { name: 'each', pad_width, mode },
    inbound_nodes: [{ args: [tensor()], kwargs: { constant_values } }],
  };
}

function ofTensorFlow(name: string, settings: object) {
  return {
    class_name: 'TFOpLambda',
    config: { name: 'each', trainable: true, dtype: 'float32', function: name },
    inbound_nodes: [['start', 0, 0, settings]],
  };
}

it.each(Object.entries(functions))('%s: is refused', async (_, layer) => {
  const start = {
    class_name: 'InputLayer',
    name: 'start',
    config: { name: 'start', batch_input_shape: [null, 4, 3], dtype: 'float32' },
    inbound_nodes: [],
  };
  const ends = { input_layers: [['start', 0, 0]], output_layers: [['each', 0, 0]] };
  const config = { name: 'model', layers: [start, { ...layer, name: 'each' }], ...ends };
  await expect(readKeras({ topology: { class_name: 'Functional', config } })).rejects.toMatchObject({
    code: 'layer-unsupported',
    where: 'each',
  });
});
