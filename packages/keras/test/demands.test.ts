import { describe, expect, it } from 'vitest';

import { readKeras } from '../src/index.js';
import { failure } from './support.js';

type Json = Record<string, unknown>;

/** A layer that is called with several inputs of a shape. */
function called(
  className: string,
  config: Json,
  shape: readonly (number | null)[],
  count = 1,
): Parameters<typeof readKeras>[0] {
  const names = Array.from({ length: count }, (_, i) => `in_${i}`);
  const starts = names.map((name) => ({
    ...{ class_name: 'InputLayer', name, inbound_nodes: [] },
    config: { name, batch_input_shape: shape },
  }));
  const inbound_nodes = [names.map((name) => [name, 0, 0, {}])];
  const layer = { class_name: className, name: 'it', config: { name: 'it', ...config }, inbound_nodes };
  const input_layers = names.map((name) => [name, 0, 0]);
  const ends = { input_layers, output_layers: [['it', 0, 0]] };
  return {
    topology: { class_name: 'Functional', config: { name: 'm', layers: [...starts, layer], ...ends } },
  };
}

const refused = (...given: Parameters<typeof called>) => failure(readKeras(called(...given)));

describe('layers are called with as many inputs as Keras takes', () => {
  it.each([
    ['Subtract', {}, 1],
    ['Subtract', {}, 3],
    ['Dot', { axes: 1 }, 1],
    ['Dot', { axes: 1 }, 3],
    ['Attention', {}, 1],
    ['Attention', {}, 4],
    ['AdditiveAttention', { use_scale: false }, 4],
  ])('%s %j: %i', async (className, config, count) => {
    const error = await refused(className, config, [null, 4, 3], count);
    expect(error).toMatchObject({ code: 'graph-invalid', where: 'it', received: `${count}` });
    expect(error.expected).toMatch(new RegExp(`^2( or 3)? inputs of ${className}$`));
  });

  it.each([
    ['Subtract', {}, 2],
    ['Dot', { axes: 1 }, 2],
    ['Attention', {}, 2],
    ['Attention', {}, 3],
    ['Add', {}, 1],
    ['Add', {}, 3],
    ['Concatenate', {}, 1],
  ])('%s %j of %i is read', async (className, config, count) => {
    (await readKeras(called(className, config, [null, 4, 3], count))).close();
  });
});

describe('inputs have as many axes as Keras takes', () => {
  it.each<[string, Json, number]>([
    ['Conv1D', { filters: 2, kernel_size: 1 }, 3],
    ['Conv2D', { filters: 2, kernel_size: 1 }, 4],
    ['Conv3DTranspose', { filters: 2, kernel_size: 1 }, 5],
    ['DepthwiseConv2D', { kernel_size: 1 }, 4],
    ['SeparableConv1D', { filters: 2, kernel_size: 1 }, 3],
    ['MaxPooling2D', {}, 4],
    ['GlobalAveragePooling1D', {}, 3],
    ['UpSampling2D', {}, 4],
    ['ZeroPadding3D', {}, 5],
    ['Cropping1D', {}, 3],
    ['LSTM', { units: 2 }, 3],
    ['GRU', { units: 2 }, 3],
    ['ConvLSTM2D', { filters: 2, kernel_size: 1 }, 5],
    ['RepeatVector', { n: 2 }, 2],
    ['Permute', { dims: [2, 1] }, 3],
  ])('%s %j: %i', async (className, config, count) => {
    const shape = (length: number) => Array<number>(length).fill(8);
    const error = await refused(className, config, shape(count - 1));
    expect(error).toMatchObject({ code: 'graph-invalid', where: 'it' });
    expect(error.expected).toContain(`${count} axes`);
    const isConvolution = /Conv\dD/.test(className);
    const more = await refused(className, config, shape(count + 1));
    expect(more.code).toBe(isConvolution ? 'layer-unsupported' : 'graph-invalid');
  });
});

it('a Dense has at least two axes, the batch first', async () => {
  const error = await refused('Dense', { units: 2 }, [9]);
  expect(error).toMatchObject({ code: 'graph-invalid', where: 'it', received: '[9]' });
});

describe('something is left of what windows go over', () => {
  it.each<[string, Json]>([
    ['MaxPooling2D', { pool_size: 1e9 }],
    ['AveragePooling2D', { pool_size: [2, 9] }],
    ['Conv2D', { filters: 2, kernel_size: [9, 1] }],
    ['Conv2D', { filters: 2, kernel_size: 3, dilation_rate: 4 }],
    ['DepthwiseConv2D', { kernel_size: 9 }],
    [
      'Cropping2D',
      {
        cropping: [
          [4, 4],
          [0, 0],
        ],
      },
    ],
  ])('%s %j', async (className, config) => {
    const error = await refused(className, config, [null, 8, 8, 3]);
    expect(error).toMatchObject({ code: 'graph-invalid', where: 'it' });
    expect(error.received).toContain('[any, 8, 8, 3]');
  });

  it('where that is known', async () => {
    for (const padding of ['valid', 'same'])
      (await readKeras(called('MaxPooling2D', { pool_size: 9, padding }, [null, null, null, 3]))).close();
    (await readKeras(called('MaxPooling2D', { pool_size: 9, padding: 'same' }, [null, 8, 8, 3]))).close();
  });

  it.each([1e9, 2, -1, [0, 2]])('an output padding is smaller than the strides: %j', async (extra) => {
    const config = { filters: 2, kernel_size: 3, strides: 2, output_padding: extra };
    const error = await refused('Conv2DTranspose', config, [null, 8, 8, 3]);
    expect(error).toMatchObject({ code: 'model-malformed', where: 'it: output_padding' });
    expect(error.expected).toContain('smaller than the strides, 2 and 2');
  });
});

describe('settings that decide values alone are looked at when a layer is read', () => {
  it.each<[string, Json, string]>([
    ['Rescaling', {}, 'scale'],
    ['Rescaling', { scale: null }, 'scale'],
    ['Rescaling', { scale: 'x' }, 'scale'],
    ['Rescaling', { scale: [1, 2] }, 'scale'],
    ['Rescaling', { scale: 2, offset: { a: 1 } }, 'offset'],
    ['ReLU', { max_value: 'six' }, 'max_value'],
    ['LeakyReLU', { alpha: [0.1] }, 'alpha'],
    ['ELU', { alpha: true }, 'alpha'],
    ['BatchNormalization', { epsilon: 'x' }, 'epsilon'],
    ['Conv2D', { filters: 2, kernel_size: 1, padding: 'reflect' }, 'padding'],
    ['MaxPooling2D', { padding: 'full' }, 'padding'],
  ])('%s %j', async (className, config, key) => {
    const error = await refused(className, config, [null, 8, 8, 3]);
    expect(error).toMatchObject({ code: 'model-malformed', where: `it: ${key}` });
  });

  it.each<[string, Json]>([
    ['Rescaling', { scale: 2 }],
    ['Rescaling', { scale: [1, 2, 3], offset: [[[0]]] }],
    ['ReLU', { max_value: null }],
    ['LeakyReLU', {}],
  ])('%s %j is read', async (className, config) => {
    (await readKeras(called(className, config, [null, 8, 8, 3]))).close();
  });
});
