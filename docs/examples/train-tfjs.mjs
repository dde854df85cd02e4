import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { train } from '@lowbit/core';
import { slq, slqSchedule } from '@lowbit/slq';
import { load, save, tfjs } from '@lowbit/tfjs';
import { registerFileSystem } from '@lowbit/tfjs/node';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';

await tf.setBackend('wasm');
registerWasmTraining();
registerFileSystem();

const model = sequential({
  layers: [
    layers.conv2d({ inputShape: [12, 12, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
    layers.flatten(),
    layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.003), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

// Bright pictures and dark ones.
const isBright = Array.from({ length: 64 }, (_, i) => i % 2);
const noise = tf.randomUniform([64, 12, 12, 1], -1, 1, 'float32', 1);
const xs = tf.add(noise, tf.tensor4d(isBright, [64, 1, 1, 1]));
const ys = tf.oneHot(isBright, 2);
await model.fit(xs, ys, { epochs: 10, verbose: 0 });

const run = train(tfjs(model), { weights: slq(), bits: 3, schedule: slqSchedule() });
for await (const { name, frozen } of run) {
  const { history } = await model.fit(xs, ys, { epochs: 3, verbose: 0 });
  console.log(name, `${(100 * frozen).toFixed(0)} % frozen`, `loss ${history.loss.at(-1).toFixed(3)}`);
}
const { model: small } = await run.result;

const { bytes, floatBytes } = await save(small, 'file://small');
console.log(`${floatBytes} → ${bytes} bytes`);

const again = await load('file://small/model.json');
const difference = tf.max(tf.abs(tf.sub(again.predict(xs), small.predict(xs))));
console.log('largest difference after loading', (await difference.data())[0]);
