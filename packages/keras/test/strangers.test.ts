import { describe, expect, it } from 'vitest';

import { readKeras, type KerasSource } from '../src/index.js';
import { failure, textOf } from './support.js';
import { kerasCases } from './cases.js';

const dense = (await kerasCases('keras3')).get('dense')!;
const others = (await kerasCases('keras3')).get('conv2d')!;

function bytes(text: string, ...head: number[]): Uint8Array {
  return Uint8Array.from([...head, ...new TextEncoder().encode(text)]);
}

describe('files that are no models of Keras', () => {
  it.each<[string, KerasSource, string, string]>([
    [
      'TensorFlow Lite',
      bytes('TFL3 and more', 28, 0, 0, 0),
      'a TensorFlow Lite model',
      'give the Keras model',
    ],
    ['pickle', bytes('csklearn', 0x80, 4), 'a pickled file', 'runs when it is opened'],
    ['pickle of a list', bytes('(lp0\nI1\na.'), 'a pickled file', 'runs when it is opened'],
    ['pickle of an object', bytes('ccopy_reg\n_reconstructor\n'), 'a pickled file', 'model.save'],
    ['npy', bytes('NUMPY', 0x93), 'an array of numpy', 'model.save'],
    ['safetensors', bytes('{"a":{}}', 8, 0, 0, 0, 0, 0, 0, 0), 'safetensors', 'without layers'],
    ['GGUF', bytes('GGUF....'), 'a GGUF file', 'without layers'],
    ['Git LFS', bytes('version https://git-lfs.github.com/spec/v1'), 'a pointer of Git LFS', 'git lfs pull'],
    ['HTML', bytes('<!DOCTYPE html>'), 'a web page', 'direct link'],
    ['gzip', bytes('', 0x1f, 0x8b, 8), 'a gzip archive', 'Unpack'],
    ['ONNX', bytes('pytorch', 8, 8, 0x12, 7), 'an ONNX model', '@lowbit/onnx'],
    ['anything', bytes('hello'), 'bytes of no kind', 'model.save'],
    ['TensorFlow.js', bytes('{"modelTopology":{}}'), 'the model.json of', 'modelJson'],
    ['other JSON', bytes('[1, 2]'), 'a JSON text that is no topology', 'model.save'],
    ['a topology alone', dense.get('model.json')!, 'a topology without weights', '{ topology, weights }'],
    ['weights alone', dense.get('model.weights.h5')!, 'weights without a topology', 'model.to_json()'],
  ])('%s', async (_, source, received, remedy) => {
    const error = await failure(readKeras(source));
    expect(error.code).toBe('model-not-keras');
    expect(error.received).toContain(received);
    expect(error.remedy).toContain(remedy);
  });

  it('a file of a SavedModel folder, by its name', async () => {
    const error = await failure(readKeras(new File(['x'], 'saved_model.pb')));
    expect(error).toMatchObject({ code: 'model-not-keras', where: 'saved_model.pb' });
    expect(error.received).toContain('SavedModel');
  });

  it.each([
    ['frozen.pb', 'a graph of TensorFlow', '--graphdef'],
    ['variables.index', 'a part of a checkpoint of TensorFlow', 'model.save'],
    ['variables.data-00000-of-00001', 'a part of a checkpoint of TensorFlow', 'model.save'],
  ])('%s, by its name', async (name, received, remedy) => {
    const error = await failure(readKeras(new File(['xyz'], name)));
    expect(error.received).toContain(received);
    expect(error.remedy).toContain(remedy);
  });

  it.each<[string, KerasSource, string]>([
    [
      'weights',
      { topology: textOf(dense.get('model.json')), weights: bytes('{"class_name":""}') },
      'Give the weights',
    ],
    ['topology', { topology: dense.get('model.h5')!, weights: dense.get('model.h5')! }, 'given alone'],
  ])('in the place of the %s', async (_, source, remedy) => {
    const error = await failure(readKeras(source));
    expect(error.code).toBe('model-malformed');
    expect(error.remedy).toContain(remedy);
  });

  it('nothing', async () => {
    expect(await failure(readKeras(new Uint8Array(0)))).toMatchObject({ code: 'model-empty' });
  });

  it.each([
    ['a path', 'model.keras', 'readFile'],
    ['a promise', Promise.resolve(), 'await'],
    ['null', null, 'on the disk'],
  ])('%s', async (_, source, remedy) => {
    const error = await failure(readKeras(source as never));
    expect(error.code).toBe('invalid-argument');
    expect(error.remedy).toContain(remedy);
  });
});

describe('topology and weights that do not belong together', () => {
  it.each<[string, KerasSource, string, string]>([
    [
      'another model',
      { topology: textOf(others.get('model.json')), weights: dense.get('model.weights.h5')! },
      'weights-mismatch',
      'conv2d',
    ],
    ['no weights', { topology: textOf(dense.get('model.json')) }, 'model-not-keras', 'a topology alone'],
  ])('%s', async (_, source, code, word) => {
    const error = await failure(readKeras(source));
    expect(error.code).toBe(code);
    expect(error.message).toContain(word);
  });

  it('recurrent layers whose first axis is that of time are refused by name', async () => {
    const config = {
      name: 'steps',
      units: 2,
      time_major: true,
      batch_input_shape: [5, null, 3],
      trainable: true,
    };
    const topology = (layer: object) => ({
      class_name: 'Sequential',
      config: { name: 'm', layers: [layer] },
    });
    const lstm = { class_name: 'LSTM', config };
    const cell = { class_name: 'LSTMCell', config: { name: 'cell', units: 2 } };
    const both = { name: 'both', layer: lstm, batch_input_shape: [5, null, 3] };
    for (const [layer, className] of [
      [lstm, 'LSTM'],
      [{ class_name: 'RNN', config: { ...config, cell } }, 'RNN'],
      [{ class_name: 'Bidirectional', config: both }, 'LSTM'],
    ] as const)
      expect(await failure(readKeras({ topology: topology(layer) }))).toMatchObject({
        code: 'layer-unsupported',
        received: `${className} with time_major=True`,
      });
  });

  it('two files that both hold a tensor are no parts of one store', async () => {
    const weights = dense.get('model.weights.h5')!;
    const error = await failure(
      readKeras({ topology: textOf(dense.get('model.json')), weights: [weights, weights] }),
    );
    expect(error).toMatchObject({
      code: 'weights-mismatch',
      where: 'weights[1]',
      received: expect.stringMatching(/^layers\/.*, which weights\[0\] has too$/) as string,
    });
  });

  it('names the first tensor that does not fit', async () => {
    const topology = textOf(dense.get('model.json')).replace('"units": 4', '"units": 7');
    for (const weights of [dense.get('model.weights.h5')!, dense.get('model.h5')!]) {
      expect(await failure(readKeras({ topology, weights }))).toMatchObject({
        code: 'weights-mismatch',
        where: expect.stringContaining('dense/kernel') as string,
        expected: 'the shape [5, 7]',
        received: expect.stringContaining('the shape [5, 4]') as string,
      });
    }
  });

  it('refuses weights that no layer has', async () => {
    const topology = JSON.parse(textOf(dense.get('model.json'))) as { config: { layers: unknown[] } };
    topology.config.layers.pop();
    Object.assign(topology.config, { output_layers: ['dense', 0, 0] });
    const error = await failure(readKeras({ topology, weights: dense.get('model.weights.h5')! }));
    expect(error).toMatchObject({ code: 'weights-mismatch' });
    expect(error.received).toContain('layers/dense_1/vars/0');
  });
});
