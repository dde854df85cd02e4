// Quantizes model.keras with methods of strangers, by value and by name, trains it, and writes it for onnxruntime-web.
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { quantize, registry, train } from '@lowbit/core';
import { keras, readKeras } from '@lowbit/keras';
import { toOnnx } from '@lowbit/keras-onnx';
import { kerasModel, tfjs, toLayersModel } from '@lowbit/tfjs';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import bySizePolicy from 'lowbit-plugin-by-size';
import nearestFirstSchedule from 'lowbit-plugin-nearest-first';
import zeroPointQuantizer from 'lowbit-plugin-zero-point';
import { InferenceSession, Tensor } from 'onnxruntime-web';

await tf.setBackend('wasm');
registerWasmTraining();

const file = await readKeras(await readFile('model.keras'));
const recipe = { weights: zeroPointQuantizer(), bits: bySizePolicy({ limit: 2000, small: 6, large: 4 }) };
const names = {
  registry: registry([zeroPointQuantizer(), bySizePolicy(), nearestFirstSchedule()]),
  weights: 'zero-point',
  bits: 'by-size:limit=2000,small=6,large=4',
};
const { model, report } = await quantize(keras(file), recipe);
const byName = await quantize(keras(file), names);

const pictures = tf.randomUniform([8, 28, 28, 1], 0, 1, 'float32', 5);
const answers = tf.oneHot([0, 1, 2, 3, 4, 5, 6, 7], 10);
const quantized = await toLayersModel(model);

// The imported model, trained with a schedule, goes on to ONNX.
const live = await toLayersModel(file);
live.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
const run = train(tfjs(live), { ...recipe, schedule: nearestFirstSchedule({ rounds: 2 }) });
const frozen = [];
for await (const round of run) {
  frozen.push(round.frozen);
  await live.fit(pictures, answers, { epochs: 1, verbose: 0 });
}
const { model: trained } = await run.result;

console.log(
  JSON.stringify({
    same: packed(model) === packed(byName.model),
    quantizers: [...new Set(report.weights.map(({ quantizer }) => quantizer))],
    bits: [...new Set(report.weights.map(({ bits }) => bits))].sort(),
    ratio: report.modelBytes.after / report.modelBytes.before,
    frozen: frozen.map((share) => Math.round(100 * share)),
    quantized: await inOnnx(quantized, model),
    trained: await inOnnx(trained, await kerasModel(trained)),
  }),
);
file.close();

/** Every packed weight, as text. */
function packed({ weights }) {
  return JSON.stringify(weights.map(({ id, packed: own }) => [id, own?.header, own && [...own.codes]]));
}

/** The bits of a model's packed weights, and the largest difference between onnxruntime-web and TensorFlow.js. */
async function inOnnx(layers, source) {
  const { bytes } = await toOnnx(source);
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const feeds = { [session.inputNames[0]]: new Tensor('float32', await pictures.data(), pictures.shape) };
  const { [session.outputNames[0]]: output } = await session.run(feeds);
  const expected = await layers.predict(pictures).data();
  return {
    bits: source.weights.flatMap(({ packed: own }) => (own === undefined ? [] : [own.header.bits])),
    bytes: bytes.length,
    difference: Math.max(...expected.map((value, i) => Math.abs(value - output.data[i]))),
  };
}
