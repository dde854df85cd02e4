import { expect, it } from 'vitest';

import { keras, readKeras } from '../src/index.js';
import { kerasCases } from './cases.js';

it.each(['keras3', 'keras3-spatial'] as const)(
  'every kernel of a layer in %s can be quantized',
  async (archive) => {
    for (const [name, files] of await kerasCases(archive)) {
      const model = await readKeras(files.get('model.keras')!);
      const layers = await keras(model).layers();
      // A layer that two models share is told in both.
      const quantized = new Set(layers.flatMap(({ weights }) => weights.map(({ id }) => id)));
      const kernels = model.weights.filter((weight) => /kernel$|^embeddings$/.test(weight.name));
      expect([...quantized].sort(), name).toEqual(kernels.map(({ id }) => id).sort());
      model.close();
    }
  },
);

it('kernels of equations have the output channels that the equation gives them', async () => {
  const files = (await kerasCases('keras3-sequences')).get('products')!;
  const model = await readKeras(files.get('model.keras')!);
  const layers = await keras(model).layers();
  const axesOf = model.network.layers.flatMap(({ id, config: { equation } }) => {
    const weights = layers.find((layer) => layer.id === id)?.weights ?? [];
    return weights.map(({ outputAxes, inputAxis }) => [equation, outputAxes, inputAxis]);
  });
  expect(axesOf).toEqual([
    ['abcd,de->abce', [1], 0],
    // Axes that are summed over together are one.
    ['aBCd,Bdf->aCf', [1], 0],
    ['...x,xy->...y', [1], 0],
    ['abcd,bcde->ae', [1], 0],
  ]);
  model.close();
});
