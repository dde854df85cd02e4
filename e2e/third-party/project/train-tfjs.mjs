// Quantizes, trains, saves and loads a small TensorFlow.js model with methods of strangers, in plain Node.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { quantize, registry, seededRandom, train } from '@lowbit/core';
import { load, planOf, save, tfjs } from '@lowbit/tfjs';
import { registerFileSystem } from '@lowbit/tfjs/node';
import bySizePolicy from 'lowbit-plugin-by-size';
import nearestFirstSchedule from 'lowbit-plugin-nearest-first';
import zeroPointQuantizer from 'lowbit-plugin-zero-point';

// The task: does a point of the plane lie in a ring?
const random = seededRandom(3);
const points = Array.from({ length: 400 }, () => [3 * random() - 1.5, 3 * random() - 1.5]);
const answers = points.map(([x, y]) => (Math.hypot(x, y) > 0.6 && Math.hypot(x, y) < 1.3 ? 1 : 0));
const xs = tf.tensor2d(points);
const ys = tf.tensor2d(answers, [answers.length, 1]);
const batch = { inputs: { x: { shape: [points.length, 2], data: points.flat() } }, labels: answers };

const dense = (units, activation, seed, more) =>
  layers.dense({ units, activation, kernelInitializer: initializers.glorotUniform({ seed }), ...more });
const model = sequential({
  layers: [dense(24, 'tanh', 1, { inputShape: [2] }), dense(24, 'tanh', 2), dense(1, 'sigmoid', 3)],
});
model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
const fit = (epochs) => model.fit(xs, ys, { epochs, batchSize: 40, shuffle: false, verbose: 0 });

await fit(60);
registerFileSystem();
await model.save('file://float');

const recipe = { weights: zeroPointQuantizer(), bits: bySizePolicy({ limit: 100, small: 4, large: 2 }) };
const { model: oneShot } = await quantize(tfjs(model), recipe);
const accuracies = { float: accuracyOf(model), oneShot: accuracyOf(oneShot) };

// By name, from a registry of the user's own.
const names = {
  registry: registry([zeroPointQuantizer(), bySizePolicy(), nearestFirstSchedule()]),
  weights: 'zero-point',
  bits: 'by-size:limit=100,small=4,large=2',
  schedule: 'nearest-first:rounds=3',
};
const watched = train(tfjs(model), names, { batches: [batch] });
const held = [];
for await (const { name, frozen } of watched) {
  const before = kernel();
  await fit(20);
  held.push({ name, frozen, still: share(before, kernel()) });
}
accuracies.trained = accuracyOf((await watched.result).model);

// The same by value, and saved.
const run = train(tfjs(model), { ...recipe, schedule: nearestFirstSchedule({ rounds: 2 }) });
for await (const { frozen } of run) await fit(frozen < 1 ? 10 : 5);
const { model: small, rounds } = await run.result;
const saved = await save(small, 'file://trained');
const loaded = await load('file://trained/model.json');
// Of the weights alone: beside so small ones model.json is large.
const sumOf = (member) => saved.weights.reduce((sum, weight) => sum + weight[member], 0);

console.log(
  JSON.stringify({
    accuracies,
    held,
    rounds: rounds.map(({ name, frozen }) => [name, frozen]),
    saved: { ratio: sumOf('bytes') / sumOf('floatBytes'), largest: largestDifference(small, loaded) },
    plan: planOf(loaded)?.weights.map(({ bits, quantizer }) => `${quantizer.name} ${bits}`),
    levels: levelsOf(loaded),
  }),
);

function accuracyOf(judged) {
  const scores = tf.tidy(() => judged.predict(xs).dataSync());
  return scores.reduce((right, score, i) => right + (score > 0.5 === (answers[i] === 1)), 0) / answers.length;
}

/** Values of the second layer, the largest weight. */
function kernel(of = model) {
  return of.layers[1].getWeights()[0].dataSync().slice();
}

function largestDifference(a, b) {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a.predict(xs), b.predict(xs)))).dataSync()[0]);
}

function share(before, after) {
  return before.reduce((same, value, i) => same + (value === after[i]), 0) / before.length;
}

/** Most different values in one output channel of the second layer. */
function levelsOf(quantized) {
  const values = kernel(quantized);
  const columns = Array.from({ length: 24 }, (_, c) => new Set(values.filter((_, i) => i % 24 === c)).size);
  return Math.max(...columns);
}
