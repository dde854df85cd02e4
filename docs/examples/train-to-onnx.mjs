import { writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { train } from '@lowbit/core';
import { toOnnx } from '@lowbit/keras-onnx';
import { kerasModel, tfjs } from '@lowbit/tfjs';
import { registry } from '@lowbit/tfjs/register';
import { InferenceSession, Tensor } from 'onnxruntime-web';

const model = sequential({
  layers: [
    layers.conv2d({ inputShape: [12, 12, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
    layers.flatten(),
    layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.003), loss: 'categoricalCrossentropy' });

// Bright pictures and dark ones.
const isBright = Array.from({ length: 64 }, (_, i) => i % 2);
const noise = tf.randomUniform([64, 12, 12, 1], -1, 1, 'float32', 1);
const xs = tf.add(noise, tf.tensor4d(isBright, [64, 1, 1, 1]));
const ys = tf.oneHot(isBright, 2);
await model.fit(xs, ys, { epochs: 10, verbose: 0 });

// Weights of 2 bits, and inputs of layers on 16 levels.
const data = [{ inputs: { [model.inputNames[0]]: { shape: xs.shape, data: await xs.data() } } }];
const recipe = { registry, weights: 'ul2q', bits: 2, activations: 'ul2q', activationBits: 4, data };
const run = train(tfjs(model), recipe);
for await (const { number } of run) {
  const { history } = await model.fit(xs, ys, { epochs: 5, verbose: 0 });
  console.log(`round ${number}`, `loss ${history.loss.at(-1).toFixed(3)}`);
}

// From the trained network to a session of onnxruntime-web: three statements.
const { model: small } = await run.result;
const { bytes } = await toOnnx(await kerasModel(small), { registry });
const session = await InferenceSession.create(bytes);

await writeFile('small.onnx', bytes);
const feeds = { [session.inputNames[0]]: new Tensor('float32', await xs.data(), xs.shape) };
const { [session.outputNames[0]]: output } = await session.run(feeds);
const expected = await small.predict(xs).data();
const difference = Math.max(...expected.map((value, i) => Math.abs(value - output.data[i])));
console.log(`${bytes.length} bytes, largest difference ${difference}`);
