import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { train } from '@lowbit/core';
import { slq, slqSchedule } from '@lowbit/slq';
import { load, tfjs } from '@lowbit/tfjs';
import { sampleImages, smallNetwork } from './small-network.js';

/** Outputs of the packed model beside the page, on one backend. */
export async function packedOutputs(backend: string): Promise<readonly number[]> {
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
  const model = await load('./packed/model.json');
  const output = tf.tidy(() => model.predict(sampleImages(4)) as tf.Tensor);
  const values = Array.from(await output.data());
  output.dispose();
  model.dispose();
  return values;
}

/** Shares of frozen weights of SLQ's rounds at 3 bits, levels in the end, and whether frozen weights stayed. */
export async function trainInPage(
  backend: string,
): Promise<{ frozen: number[]; levels: number; isHeld: boolean }> {
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
  const model = smallNetwork();
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'meanSquaredError' });
  const [xs, ys] = [sampleImages(16), tf.ones([16, 3])];
  const frozen: number[] = [];
  let isHeld = true;
  const run = train(tfjs(model), { weights: slq(), bits: 3, granularity: 'tensor', schedule: slqSchedule() });
  for await (const round of run) {
    frozen.push(round.frozen);
    const kernel = () => model.getLayer('conv').weights[0]!.read().data<'float32'>();
    const before = await kernel();
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    const after = await kernel();
    const moved = after.filter((value, i) => value !== before[i]).length;
    isHeld &&= moved <= Math.ceil((1 - round.frozen) * after.length) + 1;
  }
  const { model: small } = await run.result;
  const levels = new Set(await small.getLayer('conv').weights[0]!.read().data()).size;
  return { frozen, levels, isHeld };
}
