import { readKeras, type CustomLayer, type KerasModel } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';

import { kerasCases } from '../../../keras/test/cases.js';
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

/** Makes its weights in another order than the class in Python of the same name. */
class Scaled extends tfLayers.layers.Layer {
  static className = 'Scaled';
  private shift: tfLayers.LayerVariable | undefined;
  private scale: tfLayers.LayerVariable | undefined;

  constructor(private readonly settings: { name?: string; factor: number; width?: number }) {
    super(settings);
  }

  override build([, size]: tfLayers.Shape): void {
    const zeros = tfLayers.initializers.zeros();
    this.shift = this.addWeight('shift', [this.settings.width ?? size!], 'float32', zeros);
    this.scale = this.addWeight('scale', [size!], 'float32', zeros);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat();
    return tf.add(tf.mul(tf.mul(x!, this.scale!.read()), this.settings.factor), this.shift!.read());
  }
}

describe('a hook for a layer of a file of Keras 3, where weights have numbers', () => {
  const read = async (file: string, weights?: readonly string[]) => {
    tf.serialization.registerClass(Scaled);
    const custom = (await kerasCases('older')).get('custom')!;
    const hook = () => ({ className: 'Scaled', ...(weights && { weights }), outputShape: [null, 4] });
    return toLayersModel(await readKeras(custom.get(file)!, { customLayers: { Scaled: hook } }));
  };

  it('gives their names in the order of the file', async () => {
    const given = uneven([3, 5]);
    const [live, same] = [await read('model.keras', ['scale', 'shift']), await read('model.h5')];
    const outputs = [live, same].map((model) => [...(model.predict(given) as tf.Tensor).dataSync()]);
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it.each([
    [undefined, 'vars/0 [4], vars/1 [4]'],
    [['scale', 'offset'], 'scale [4], offset [4]'],
  ])('is asked for them where it gives %s', async (weights, received) => {
    await expect(read('model.keras', weights)).rejects.toMatchObject({
      code: 'invalid-argument',
      where: 'scaled: customLayers',
      expected: 'names of the weights of Scaled: shift [4], scale [4]',
      received: `${received}, in the order of the file`,
      // The class in JavaScript makes them in another order, so that none is told.
      remedy: expect.stringContaining("weights: ['NAME', 'NAME']") as string,
    });
  });
});

it.each([
  [[3, 2], "weights: ['scale', 'shift']"],
  [[3, 3], "weights: ['NAME', 'NAME']"],
  [[3], 'make one weight'],
] as const)('names for weights of %s are told where their shapes tell the order', async (sizes, remedy) => {
  tf.serialization.registerClass(Scaled);
  const names = ['a', 'b'].slice(0, sizes.length);
  const weights = names.map((name, i) => ({ name: `scaled/${name}`, shape: [sizes[i]!], dtype: 'float32' }));
  const config = { name: 'scaled', factor: 1, width: sizes[1] ?? 3 };
  const layers = [
    { class_name: 'InputLayer', config: { name: 'given', batch_input_shape: [null, 3], dtype: 'float32' } },
    { class_name: 'Scaled', config },
  ];
  const modelTopology = { class_name: 'Sequential', config: { name: 'model', layers } };
  const shards = { w: new Uint8Array(4 * sizes.reduce((sum, size) => sum + size, 0)) };
  const modelJson = { modelTopology, weightsManifest: [{ paths: ['w'], weights }] };
  const customLayers = { Scaled: () => ({ className: 'Scaled', weights: names, outputShape: [null, 3] }) };
  const model = await readKeras({ modelJson, shards }, { customLayers });
  await expect(toLayersModel(model)).rejects.toMatchObject({
    code: 'invalid-argument',
    remedy: expect.stringContaining(remedy) as string,
  });
});
