import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Batch, seededRandom } from '@lowbit/core';
import {
  inOrder,
  loadFashionMnist,
  type Minibatch,
  type Pictures,
  shuffled,
  side,
} from '@lowbit/e2e-proof-tfjs';
import { useWasm } from '@lowbit/e2e-real-models';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import { toOnnx } from '@lowbit/keras-onnx';
import { kerasModel } from '@lowbit/tfjs';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import * as tf from '@tensorflow/tfjs-core';
import {
  initializers,
  input,
  layers,
  type LayersModel,
  model as modelOf,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';

const file = fileURLToPath(new URL('../../out/transformer.onnx', import.meta.url));
/** Rows and columns of a patch, and patches of a picture: the tokens. */
const patch = 7;
const across = side / patch;
const tokens = across ** 2;
/** A token: pixels of its patch, its row, its column, and zeros, since some quantizers take multiples of 32 only. */
const features = 64;
const [width, hidden, depth] = [64, 256, 3];
const [batchSize, pictures] = [100, 10_000];
/** Learning rates of Adam, one an epoch. */
const rates = [2e-3, 1e-3, 1e-3, 3e-4];

/** An encoder of three layers that tells clothes by 16 patches of a picture, trained on Fashion-MNIST, as ONNX with logits; kept in `out`. */
export async function trainedTransformer(tell: Tell): Promise<Uint8Array> {
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  await useWasm();
  registerWasmTraining();
  const model = encoder();
  await trained(model, tell);
  const { bytes } = await toOnnx(await kerasModel(model));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return bytes;
}

/** The first pictures as the encoder takes them. */
export function patchBatches(given: Pictures, count: number, size: number): Batch[] {
  return Array.from(inOrder({ ...given, count }, size), (batch) => ({
    inputs: { patches: { shape: [batch.labels.length, tokens, features], data: patchesOf(batch) } },
    labels: batch.labels,
  }));
}

function encoder(): LayersModel {
  let seed = 0;
  const dense = (units: number, activation: 'linear' | 'relu' = 'linear') =>
    layers.dense({ units, activation, kernelInitializer: initializer(++seed) });
  const applied = (layer: ReturnType<typeof dense>, x: SymbolicTensor) => layer.apply(x) as SymbolicTensor;
  const added = (a: SymbolicTensor, b: SymbolicTensor) => layers.add().apply([a, b]) as SymbolicTensor;
  const normed = (x: SymbolicTensor) => layers.layerNormalization().apply(x) as SymbolicTensor;

  const attended = (x: SymbolicTensor) => {
    const [query, key, value] = [width, width, width].map((units) => applied(dense(units), x));
    const scores = layers.dot({ axes: [2, 2] }).apply([query!, key!]) as SymbolicTensor;
    const scaled = layers
      .rescaling({ scale: 1 / Math.sqrt(width), offset: 0 })
      .apply(scores) as SymbolicTensor;
    const shares = layers.softmax({ axis: -1 }).apply(scaled) as SymbolicTensor;
    return applied(dense(width), layers.dot({ axes: [2, 1] }).apply([shares, value!]) as SymbolicTensor);
  };
  const block = (x: SymbolicTensor) => {
    const states = normed(added(x, attended(x)));
    return normed(added(states, applied(dense(width), applied(dense(hidden, 'relu'), states))));
  };

  const patches = input({ shape: [tokens, features], name: 'patches' });
  let states = applied(dense(width), patches);
  for (let layer = 0; layer < depth; layer++) states = block(states);
  const pooled = layers.globalAveragePooling1d().apply(states) as SymbolicTensor;
  return modelOf({ inputs: patches, outputs: applied(dense(10), pooled) });
}

function initializer(seed: number) {
  return initializers.glorotUniform({ seed });
}

async function trained(model: LayersModel, tell: Tell): Promise<void> {
  const { training } = loadFashionMnist({ training: pictures, test: 0 });
  const optimizer = tf.train.adam(0.001);
  const loss = (labels: tf.Tensor, logits: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, logits);
  model.compile({ optimizer, loss });
  for (const [epoch, rate] of rates.entries()) {
    (optimizer as unknown as { learningRate: number }).learningRate = rate;
    tell(`training a transformer, epoch ${epoch + 1} of ${rates.length}`);
    for (const batch of shuffled(training, batchSize, seededRandom(epoch + 1))) {
      const xs = tf.tensor(patchesOf(batch), [batchSize, tokens, features]);
      const ys = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 10), 'float32'));
      await model.trainOnBatch(xs, ys);
      tf.dispose([xs, ys]);
    }
  }
  optimizer.dispose();
}

/** `[count, tokens, features]` of `[count, 28, 28]`. */
function patchesOf({ values, labels }: Minibatch): Float32Array {
  const made = new Float32Array(labels.length * tokens * features);
  for (let picture = 0; picture < labels.length; picture++)
    for (let token = 0; token < tokens; token++) {
      const to = (picture * tokens + token) * features;
      const from =
        picture * side * side + Math.floor(token / across) * patch * side + (token % across) * patch;
      for (let row = 0; row < patch; row++)
        made.set(values.subarray(from + row * side, from + row * side + patch), to + row * patch);
      made[to + patch * patch + Math.floor(token / across)] = 1;
      made[to + patch * patch + across + (token % across)] = 1;
    }
  return made;
}
