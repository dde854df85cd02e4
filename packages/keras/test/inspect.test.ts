import { expect, it } from 'vitest';

import { inspectKeras, readKeras, tfjsArtifacts } from '../src/index.js';
import { failure, textOf } from './support.js';
import { kerasCases } from './cases.js';

const cases = await kerasCases('keras3');
const older = await kerasCases('older');

it('tells layers, shapes and parameters, of a topology alone too', async () => {
  const whole = await inspectKeras(cases.get('nested')!.get('model.keras')!);
  const alone = await inspectKeras({ topology: textOf(cases.get('nested')!.get('model.json')) });
  expect(whole).toMatchObject({ name: 'nested', kerasVersion: '3.15.1', parameters: 85, problems: [] });
  expect(
    whole.layers.map(({ id, className, depth, parameters }) => [id, className, depth, parameters]),
  ).toEqual([
    ['start', 'InputLayer', 0, 0],
    ['inside', 'Sequential', 0, 32],
    ['inside/input_layer', 'InputLayer', 1, 0],
    ['inside/twin', 'Dense', 1, 16],
    ['inside/norm', 'BatchNormalization', 1, 16],
    ['deep', 'Functional', 0, 41],
    ['deep/deep_start', 'InputLayer', 1, 0],
    ['deep/norm', 'BatchNormalization', 1, 16],
    ['deep/twin', 'Dense', 1, 25],
    ['twin', 'Dense', 0, 12],
  ]);
  expect(whole.layers.at(-1)?.outputShape).toEqual([null, 6, 2]);
  expect(alone.layers).toEqual(whole.layers);
});

it('tells what cannot be read', async () => {
  const { problems, layers } = await inspectKeras(older.get('lambda')!.get('model.keras')!);
  expect(problems).toMatchObject([{ code: 'layer-unsupported', where: 'twice' }]);
  expect(layers.map(({ className }) => className)).toContain('Lambda');
  const topology = textOf(cases.get('dense')!.get('model.json')).replace('"units": 4', '"units": 7');
  const misfit = await inspectKeras({ topology, weights: cases.get('dense')!.get('model.weights.h5')! });
  expect(misfit.problems).toMatchObject([{ code: 'weights-mismatch' }]);
});

it('does not say of layers that it refuses in which type they are computed', async () => {
  const { problems, notes } = await inspectKeras(older.get('quantized')!.get('model.keras')!);
  expect(problems[0]).toMatchObject({ received: expect.stringContaining('policy of types int8') as string });
  expect(notes.join(' ')).not.toContain('float32');
});

it.each(['model.keras', 'model.h5'])(
  'tells shapes and parameters in front of a layer that is refused: %s',
  async (entry) => {
    const { problems, layers, parameters } = await inspectKeras(older.get('custom')!.get(entry)!);
    expect(problems).toMatchObject([{ code: 'layer-unsupported', where: 'scaled' }]);
    expect(layers.slice(1).map(({ id, outputShape, parameters: own }) => [id, outputShape, own])).toEqual([
      ['before', [null, 4], 24],
      // The file tells what it holds for it.
      ['scaled', undefined, 8],
      ['after', undefined, 15],
    ]);
    expect(parameters).toBe(47);
  },
);

it('tells what it can where layers are refused and others are wrong', async () => {
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const list = [
    layer('InputLayer', { name: 'start', batch_input_shape: [null, 5] }),
    layer('Dense', { name: 'before', units: 3 }),
    layer('Own', { name: 'own' }),
    layer('Dense', { name: 'wrong', units: 'many' }),
  ];
  const topology = layer('Sequential', { name: 'model', layers: list });
  const { problems, layers, parameters } = await inspectKeras({ topology });
  expect(problems).toMatchObject([{ code: 'layer-unsupported', where: 'own' }]);
  expect(layers.map((each) => each.parameters)).toEqual([0, 18, null, null]);
  expect(parameters).toBeNull();
  expect(await failure(readKeras({ topology }))).toMatchObject({ code: 'layer-unsupported', where: 'own' });
});

it('gives weights names that TensorFlow.js knows, each once', async () => {
  const model = await readKeras(cases.get('nested')!.get('model.keras')!);
  const { weightSpecs, modelTopology } = await tfjsArtifacts(model);
  expect(weightSpecs.map(({ name }) => name)).toEqual([
    'inside_twin/kernel',
    'inside_twin/bias',
    ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => `inside_norm/${name}`),
    ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => `deep_norm/${name}`),
    'deep_twin/kernel',
    'deep_twin/bias',
    'twin/kernel',
    'twin/bias',
  ]);
  expect(JSON.stringify(modelTopology)).toContain('["inside",1,0,{}]');
});

it('names every layer that TensorFlow.js does not have, or would compute otherwise', async () => {
  const spatial = await kerasCases('keras3-spatial');
  const model = await readKeras(spatial.get('upsampling_lanczos')!.get('model.keras')!);
  const { problems } = await failure(tfjsArtifacts(model));
  expect(problems.map(({ code, where }) => [code, where])).toEqual([
    ['layer-unsupported', 'up_sampling2d'],
    ['layer-unsupported', 'resizing'],
  ]);
});

it('tells which weights stay float for their values', async () => {
  const bytes = cases.get('dense')!.get('model.h5')!;
  const kernel = (await readKeras(bytes)).weights.find(({ name }) => name === 'kernel')!;
  const values = (await kernel.read()) as Float32Array;
  const broken = Buffer.from(bytes);
  const at = broken.indexOf(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  expect(at).toBeGreaterThan(0);
  broken.writeFloatLE(NaN, at + 4 * 5);
  const { notes } = await inspectKeras(new Uint8Array(broken));
  expect(notes).toContainEqual(
    expect.stringMatching(new RegExp(`^${kernel.id} stays float: value 5 of ${values.length} is NaN, `)),
  );
  expect((await inspectKeras(bytes)).notes).toEqual(notes.slice(0, -1));
});
