import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { input, layers, model as functional } from '@tensorflow/tfjs-layers';
import { train } from '@lowbit/core';
import { slq, slqSchedule } from '@lowbit/slq';
import { tfjs } from '@lowbit/tfjs';

await tf.setBackend('wasm');

// What it is, and where: classes of one output, four values of the other.
const x = input({ shape: [8], name: 'x' });
const hidden = layers.dense({ name: 'hidden', units: 16, activation: 'relu' }).apply(x);
const kind = layers.dense({ name: 'kind', units: 3, activation: 'softmax' }).apply(hidden);
const box = layers.dense({ name: 'box', units: 4 }).apply(hidden);
const model = functional({ inputs: x, outputs: [kind, box] });
model.compile({ optimizer: 'adam', loss: ['sparseCategoricalCrossentropy', 'meanSquaredError'] });

const values = (count) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
const kinds = Array.from({ length: 32 }, (_, i) => i % 3);
const inputs = { x: { shape: [32, 8], data: values(32 * 8) } };
const labels = { kind: kinds, box: { shape: [32, 4], data: values(32 * 4) } };

const recipe = { weights: slq(), bits: 3, schedule: slqSchedule() };
const run = train(tfjs(model), recipe, { batches: [{ inputs, labels }] });
const xs = tf.tensor(inputs.x.data, inputs.x.shape);
const ys = [tf.tensor2d(kinds, [32, 1]), tf.tensor(labels.box.data, labels.box.shape)];
for await (const { name, loss } of run) {
  await model.fit(xs, ys, { epochs: 3, verbose: 0 });
  console.log(name, `loss before ${loss.toFixed(3)}`);
}
const { rounds } = await run.result;
console.log('loss of both outputs', rounds.at(-1).trainedLoss.toFixed(3));
