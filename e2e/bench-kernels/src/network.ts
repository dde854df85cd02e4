import { minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { loadMobileNet } from '@lowbit/e2e-real-models';
import { compile, tfjs } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Contender } from './work.js';

/** The network, and the side of its pictures. */
export const network = { name: 'MobileNetV2 of nsfwjs, one picture', side: 224 };

/** A whole network in TensorFlow.js on WebAssembly, in float32, and compiled with weights of 8 and 4 bits; pictures in, classes out. */
export async function networkContenders(): Promise<Contender[]> {
  const { side } = network;
  const model = await loadMobileNet();
  const picture = tf.randomUniform([1, side, side, 3], 0, 1, 'float32', 1);
  const contenders = [contender('tfjs-wasm, float32', model, picture)];
  for (const bits of [8, 4]) {
    const { model: small } = await quantize(tfjs(model), { weights: minMax(), bits, granularity: 'channel' });
    const compiled = await compile(small, { activations: 'dynamic' });
    small.dispose();
    const packed = compiled.explain().filter(({ isPacked }) => isPacked).length;
    contenders.push(contender(`compiled, ${bits} bits, ${packed} layers packed`, compiled, picture));
  }
  return contenders;
}

function contender(
  name: string,
  model: Pick<tf.InferenceModel, 'predict'> & { dispose(): unknown },
  picture: tf.Tensor,
): Contender {
  const outputs = () =>
    tf.tidy(() => (model.predict(picture, {}) as tf.Tensor).dataSync().slice() as Float32Array);
  return { name, run: outputs, outputs, dispose: () => model.dispose() };
}
