import { expect, it } from 'vitest';

import { zip } from '../../data/test/zip.js';
import { inspectKeras, readKeras } from '../src/index.js';
import { kerasCases } from './cases.js';
import { failure } from './support.js';

const dense = (await kerasCases('keras3')).get('dense')!;

it.each([512, 1024, 2048])('an archive whose file of weights begins at byte %i is one', async (start) => {
  const weights = { name: 'model.weights.h5', data: dense.get('model.weights.h5')! };
  const config = { name: 'config.json', data: dense.get('model.json')! };
  // A local header takes 30 bytes beside the name.
  const room = start - 2 * 30 - weights.name.length - 'filled'.length;
  const bytes = zip([{ name: 'filled', data: new Uint8Array(room) }, weights, config]);
  expect([...bytes.subarray(start, start + 4)]).toEqual([0x89, 0x48, 0x44, 0x46]);
  const model = await readKeras(bytes);
  expect(model.network.layers.map(({ className }) => className)).toContain('Dense');
  model.close();
});

const network = (layers: readonly object[], last: string) => ({
  class_name: 'Functional',
  config: { name: 'model', layers, input_layers: [['start', 0, 0]], output_layers: [[last, 0, 0]] },
});
const start = {
  class_name: 'InputLayer',
  name: 'start',
  config: { name: 'start', batch_input_shape: [null, 4, 3, 2], dtype: 'float32' },
  inbound_nodes: [],
};

it.each([[[['start', 0, 0], 5]], [[7]], [[null]], [[['start', 0, 0], null]]])(
  'a call with %j in the place of tensors is malformed',
  async (...node) => {
    const layer = { class_name: 'ReLU', name: 'each', config: { name: 'each' }, inbound_nodes: node };
    const topology = network([start, layer], 'each');
    for (const error of [await failure(inspectKeras({ topology })), await failure(readKeras({ topology }))]) {
      expect(error).toMatchObject({ code: 'graph-invalid' });
      expect(String(error)).not.toMatch(/not a function|Cannot read/);
    }
  },
);

it.each([[1], [[1, 3]], [[-1, 2]]])('a root mean square over axis=%j is refused', async (axis) => {
  const config = { name: 'each', axis, epsilon: 1e-6 };
  const layer = {
    class_name: 'RMSNormalization',
    name: 'each',
    config,
    inbound_nodes: [[['start', 0, 0, {}]]],
  };
  expect(await failure(readKeras({ topology: network([start, layer], 'each') }))).toMatchObject({
    code: 'layer-unsupported',
    where: expect.stringContaining('each') as string,
    remedy: expect.stringContaining('Permute') as string,
  });
});
