import fc from 'fast-check';
import { expect, it } from 'vitest';

import { isLowbitError } from '@lowbit/core';
import { readKeras } from '../src/index.js';
import { failure, textOf } from './support.js';
import { kerasCases } from './cases.js';

const cases = await kerasCases('keras3');
const older = await kerasCases('keras2');

type Json = Record<string, unknown>;

function layer(name: string, from: readonly string[], class_name = 'Add'): Json {
  const inbound_nodes = from.length === 0 ? [] : [from.map((source) => [source, 0, 0, {}])];
  const config =
    class_name === 'InputLayer' ? { name, batch_input_shape: [null, 3] } : { name, trainable: true };
  return { class_name, name, config, inbound_nodes };
}

function model(layers: readonly Json[], output: string, input = 'in'): Json {
  const config = { name: 'm', layers, input_layers: [[input, 0, 0]], output_layers: [[output, 0, 0]] };
  return { class_name: 'Functional', config };
}

const input = layer('in', [], 'InputLayer');
const activation = (name: string, from: string) => layer(name, [from], 'ReLU');

it.each<[string, Json, string, string]>([
  ['a layer that waits for itself', model([input, layer('a', ['in', 'a'])], 'a'), 'graph-cyclic', 'a'],
  [
    'a ring',
    model([input, layer('a', ['in', 'c']), activation('b', 'a'), activation('c', 'b')], 'c'),
    'graph-cyclic',
    'a, b, c',
  ],
  [
    'a ring that nothing needs',
    model([input, activation('a', 'in'), activation('b', 'c'), activation('c', 'b')], 'a'),
    'graph-cyclic',
    'b, c',
  ],
  ['a source that is not there', model([input, activation('a', 'lost')], 'a'), 'graph-invalid', 'lost'],
  ['an output that is not there', model([input, activation('a', 'in')], 'lost'), 'graph-invalid', 'lost'],
  [
    'an output that a layer does not have',
    model([input, { ...activation('a', 'in'), inbound_nodes: [[['in', 0, 1, {}]]] }], 'a'),
    'graph-invalid',
    'output 1 of in',
  ],
  [
    'an output of the model that a layer does not have',
    {
      class_name: 'Functional',
      config: {
        ...(model([input, activation('a', 'in')], 'a')['config'] as Json),
        output_layers: [['a', 0, 4]],
      },
    },
    'graph-invalid',
    'output 4 of a',
  ],
  [
    'an input layer that is no input',
    model([input, layer('other', [], 'InputLayer'), layer('a', ['in', 'other'])], 'a'),
    'graph-invalid',
    'other, which is none',
  ],
  ['an input that is no input', model([input, activation('a', 'in')], 'a', 'a'), 'graph-invalid', 'a'],
  [
    'two layers of one name',
    model([input, activation('a', 'in'), activation('a', 'in')], 'a'),
    'graph-invalid',
    'called a',
  ],
  ['no layers', { class_name: 'Sequential', config: { name: 's', layers: [] } }, 'graph-invalid', 'none'],
  ['a class of the user’s', { class_name: 'MyModel', config: { name: 's' } }, 'graph-invalid', 'MyModel'],
  [
    'layers that are text',
    { class_name: 'Sequential', config: { name: 's', layers: 'ab' } },
    'model-malformed',
    'string',
  ],
  [
    'a layer without a class',
    model([input, { name: 'a', config: {} }], 'a'),
    'model-malformed',
    'class_name',
  ],
  [
    'a shape of texts',
    model([{ ...input, config: { name: 'in', batch_input_shape: ['a'] } }, activation('a', 'in')], 'a'),
    'model-malformed',
    'a shape',
  ],
  ['other JSON', { hello: 1 }, 'model-malformed', 'class_name'],
])('refuses %s', async (_, topology, code, word) => {
  const error = await failure(readKeras({ topology }));
  expect(error.code).toBe(code);
  expect(error.message).toContain(word);
});

/** A tensor in the arguments of Keras 3. */
function tensor(name: string): Json {
  const config = { shape: [null, 3], dtype: 'float32', keras_history: [name, 0, 0] };
  return { class_name: '__keras_tensor__', config };
}

it.each([
  ['inputs', 'ReLU'],
  ['sequences', 'Dropout'],
  ['data', 'Rescaling'],
])('a layer that is called with %s by name has them in front', async (name, className) => {
  const called = {
    ...layer('a', [], className),
    config: { name: 'a', trainable: true, ...(className === 'Rescaling' && { scale: 1 }) },
    inbound_nodes: [{ args: [], kwargs: { [name]: tensor('in') } }],
  };
  const { network } = await readKeras({ topology: model([input, called], 'a') });
  expect(network.calls).toMatchObject([
    { args: [{ tensor: { layer: 'in', call: 0, output: 0 } }], kwargs: {} },
  ]);
});

it.each([[[]], [[2]]])('refuses a layer that is called with %j, without a tensor', async (args) => {
  const called = { ...layer('a', [], 'ReLU'), inbound_nodes: [{ args, kwargs: {} }] };
  const error = await failure(readKeras({ topology: model([input, called], 'a') }));
  expect(error).toMatchObject({
    code: 'graph-invalid',
    where: 'a',
    expected: 'calls of layers with tensors',
  });
});

it('a Sequential that begins with models takes the shape of the innermost input, as Keras 2.2 writes it', async () => {
  const first = { class_name: 'ReLU', config: { name: 'first', batch_input_shape: [null, 4, 3] } };
  const inner = { class_name: 'Sequential', config: { name: 'inner', layers: [first] } };
  const whole = {
    class_name: 'Sequential',
    config: { name: 'whole', layers: [inner, activation('end', '')] },
  };
  const around = { class_name: 'Sequential', config: { name: 'around', layers: [whole] } };
  const { network } = await readKeras({ topology: around });
  expect(network.calls[0]).toMatchObject({ inputShapes: [[null, 4, 3]], outputShapes: [[null, 4, 3]] });
});

it('refuses what is nested too deep', async () => {
  let inner: Json = { class_name: 'Sequential', config: { name: 's', layers: [input] } };
  for (let i = 0; i < 60; i++)
    inner = { class_name: 'Sequential', config: { name: `s${i}`, layers: [inner] } };
  expect(await failure(readKeras({ topology: inner }))).toMatchObject({ code: 'graph-invalid' });
  expect(await failure(readKeras({ topology: '['.repeat(100_000) }))).toMatchObject({
    code: 'model-malformed',
  });
  expect(await failure(readKeras({ topology: '{"class_name":' }))).toMatchObject({ code: 'model-malformed' });
});

it('puts a long chain and a wide graph in order at once', async () => {
  const chain = Array.from({ length: 20_000 }, (_, i) =>
    activation(`a${i}`, i === 0 ? 'in' : `a${i - 1}`),
  ).reverse();
  const { network } = await readKeras({ topology: model([input, ...chain], 'a19999') });
  expect(network.calls.map(({ layer: { name } }) => name).slice(0, 2)).toEqual(['a0', 'a1']);
});

it('gives a typed error or a model for topologies that were changed anywhere', async () => {
  const texts = [...cases, ...older].map(([, files]) => textOf(files.get('model.json')));
  const pieces = ['null', '[]', '{}', '-1', '1e400', '"x"', 'true', '[[["start",0,0,{}]]]', '999999999'];
  const change = fc.record({
    text: fc.nat(texts.length - 1),
    places: fc.array(fc.tuple(fc.nat(100_000), fc.nat(pieces.length - 1)), { minLength: 1, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ text, places }) => {
      let json = texts[text]!;
      for (const [place, piece] of places) {
        // A value is taken out and another one put in, so that the text stays JSON.
        const values = [...json.matchAll(/(?<=": )("[^"]*"|-?\d[\d.e-]*|null|true|false|\[[^[\]{}]*\])/g)];
        const found = values[place % values.length]!;
        json = json.slice(0, found.index) + pieces[piece]! + json.slice(found.index + found[0].length);
      }
      const outcome: unknown = await readKeras({ topology: json }).catch((error: unknown) => error);
      const isTyped = isLowbitError(outcome) && !(outcome.cause instanceof TypeError);
      expect(
        isTyped || (typeof outcome === 'object' && outcome !== null && 'network' in outcome),
        String(outcome),
      ).toBe(true);
    }),
    { numRuns: 1500, seed: 3 },
  );
});
