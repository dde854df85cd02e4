import { portLaws } from '@lowbit/conformance';
import type { GroupInputs } from '@lowbit/core/adapter';
import type { Batch } from '@lowbit/core';
import { keras, readKeras } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { goldenOf, kerasCases } from '../../../../keras/test/cases.js';
import { tensorOf } from '../../../test/keras-cases.js';
import { runner } from '../../keras/runner.js';

beforeAll(() => tf.setBackend('cpu'));

const cases = await kerasCases('keras3');

/** A case of Keras, which runs in TensorFlow.js, with its inputs. */
async function openCase(name: string) {
  const file = cases.get(name)!.get('model.keras')!;
  const { network } = await readKeras(file);
  const named = goldenOf(cases.get(name)!).inputs.map((input, i) => {
    const tensor = tensorOf(input);
    return [network.inputs[i]!.layer, { shape: tensor.shape, data: tensor.dataSync() }] as const;
  });
  const batch: Batch = { inputs: Object.fromEntries(named) };
  return { make: () => keras(file, { runner }), batch };
}

it.each([...cases.keys()])(
  'inputs of all weights of %s are told, and are those of its runs',
  async (name) => {
    const { make, batch } = await openCase(name);
    const port = make();
    const layers = await port.layers();
    const weights = layers.flatMap((layer) => layer.weights.map(({ id }) => id));
    if (weights.length === 0) return;
    const { unknown } = await port.observeInputs([batch], { weights });
    port.close();
    const tables = layers.flatMap((layer) => layer.weights.filter(({ kernel }) => kernel === 'embedding'));
    expect([...unknown]).toEqual(tables.map(({ id }) => [id, 'the inputs of GatherV2 are not looked at']));
    const law = portLaws({ make, makeBatches: () => [batch] }).find(({ title }) =>
      title.startsWith('tells the inputs'),
    );
    await law!.run();
  },
);

/** Counts and sums of moments. */
const numbersOf = (groups: readonly GroupInputs[] = []) =>
  groups.flatMap(({ seen, heldOut }) =>
    [seen, ...(heldOut ? [heldOut] : [])].flatMap(({ count, sums, products }) => [
      count,
      ...sums,
      ...products,
    ]),
  );

it.each([...cases.keys()])(
  'inputs of all weights of %s are the same one after the other, while weights keep their values',
  async (name) => {
    const { make, batch } = await openCase(name);
    const port = make();
    const layers = await port.layers();
    const weights = [
      ...new Map(layers.flatMap((layer) => layer.weights).map((weight) => [weight.id, weight])).values(),
    ];
    if (weights.length === 0) return;
    const ids = weights.map(({ id }) => id);
    const expected = await port.observeInputs([batch], { weights: ids });
    const capture = await port.captureInputs([batch], { weights: ids });
    for (const { id, read } of weights) {
      const seen = await capture.inputs([id]);
      expect(seen.unknown.get(id)).toEqual(expected.unknown.get(id));
      const [own, wanted] = [seen, expected].map(({ inputs }) => numbersOf(inputs.get(id)?.groups));
      expect(own).toEqual(wanted);
      capture.set(id, (await read()).slice());
    }
    await capture.close();
    port.close();
  },
);
