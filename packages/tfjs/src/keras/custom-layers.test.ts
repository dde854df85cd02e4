import { readKeras, type CustomLayer, type KerasModel } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { uneven } from '../../test/keras-cases.js';
import { ScaleLayer } from '../../test/scale-layer.js';
import { kerasModel } from './keras-model.js';
import { toLayersModel } from './to-layers-model.js';

beforeAll(() => tf.setBackend('cpu'));

const factors = [2, -3, 0.5];

/** A model of one layer of a class that Keras does not have, and what a hook says of it. */
function scaled(custom: CustomLayer): Promise<KerasModel> {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'given', batch_input_shape: [null, 3], dtype: 'float32' } },
    { class_name: 'Custom>LayerScale', config: { name: 'scale' } },
  ];
  const weights = [{ name: 'scale/factor', shape: [3], dtype: 'float32' }];
  const modelJson = {
    modelTopology: { class_name: 'Sequential', config: { name: 'scaled', layers } },
    weightsManifest: [{ paths: ['w'], weights }],
  };
  const shards = { w: new Uint8Array(Float32Array.from(factors).buffer) };
  return readKeras({ modelJson, shards }, { customLayers: { LayerScale: () => custom } });
}

const output = { weights: ['factor'], outputShape: [null, 3] };

it.each(['ScaleLayer', 'Custom>ScaleLayer'])(
  'a layer of a class %s that is registered with TensorFlow.js runs',
  async (className) => {
    tf.serialization.registerClass(ScaleLayer);
    const live = await toLayersModel(await scaled({ className, ...output }));
    const given = uneven([2, 3]);
    const wanted = [...tf.mul(given, factors).dataSync()];
    expect([...(live.predict(given) as tf.Tensor).dataSync()]).toEqual(wanted);
    const customLayers = { ScaleLayer: () => ({ className: 'ScaleLayer', ...output }) };
    const again = await toLayersModel(await kerasModel(live, { customLayers }));
    expect([...(again.predict(given) as tf.Tensor).dataSync()]).toEqual(wanted);
  },
);

it('one that is not registered is refused with what to do', async () => {
  const model = await scaled({ className: 'NobodysLayer', ...output });
  await expect(toLayersModel(model)).rejects.toMatchObject({
    code: 'layer-unsupported',
    received: 'NobodysLayer',
    remedy: expect.stringContaining('registerClass(NobodysLayer)') as string,
  });
});
