import { train, type Quantizer } from '@lowbit/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { tfjs } from '../src/index.js';
import { smallSequential } from './models.js';
import { grid } from './quantizers.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function disposed(x: tf.Tensor): tf.Tensor {
  const copy = tf.clone(x);
  copy.dispose();
  return copy;
}

it.each([
  ['disposed', disposed, 'a tensor that it has disposed'],
  ['of integers', (x: tf.Tensor) => tf.cast(x, 'int32'), 'a tensor of int32'],
  ['of conditions', (x: tf.Tensor) => tf.greater(x, 0), 'a tensor of bool'],
  ['of another shape', (x: tf.Tensor) => tf.sum(x), 'a tensor of float32 of shape []'],
  ['not a tensor', (x: tf.Tensor) => x.dataSync(), 'something else'],
])('what a plugin gives that is %s is told with its name', async (_, give, received) => {
  const forward = ((_: unknown, x: tf.Tensor) => give(x)) as never;
  const backward = ((_: unknown, x: tf.Tensor) => ({ x: give(x) })) as never;
  for (const [member, own] of [
    ['forward', { forward }],
    ['backward', { backward }],
  ] as const) {
    const model = smallSequential();
    const odd: Quantizer = { ...grid, name: 'odd', ...own };
    const outputs = () => tf.sum(model.predict(tf.zeros([1, 6, 2])) as tf.Tensor) as tf.Scalar;
    const training = async () => {
      for await (const round of train(tfjs(model), { weights: odd, bits: 4 }))
        tf.tidy(() => (round.number < 0 ? undefined : void tf.variableGrads(outputs)));
    };
    await expect(training()).rejects.toMatchObject({
      code: 'plugin-failed',
      where: `quantizer 'odd': ${member}`,
      received: expect.stringContaining(received) as string,
    });
  }
});
