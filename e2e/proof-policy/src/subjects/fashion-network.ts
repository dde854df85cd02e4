import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@lowbit/core';
import { compile, loadFashionMnist, network, trainEpoch } from '@lowbit/e2e-proof-tfjs';
import { useWasm } from '@lowbit/e2e-real-models';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import { tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

const file = fileURLToPath(new URL('../../out/fashion-network.bin', import.meta.url));
/** Learning rates of Adam, one an epoch, on the first 10,000 training pictures. */
const rates = [1e-3, 1e-3, 3e-4];

/** Four convolutions and a dense layer, 38,000 weights, trained on Fashion-MNIST; kept in `out` once it is. */
export async function fashionNetwork(): Promise<LayersModel> {
  await useWasm();
  registerWasmTraining();
  const model = network('rectified', 1);
  if (existsSync(file)) setValues(model, new Float32Array(readFileSync(file).buffer));
  else await trained(model);
  return model;
}

async function trained(model: LayersModel): Promise<void> {
  const { training } = loadFashionMnist({ training: 10_000, test: 0 });
  compile(model);
  for (const [epoch, learningRate] of rates.entries())
    await trainEpoch(model, training, { batchSize: 100, learningRate, random: seededRandom(epoch + 1) });
  model.optimizer.dispose();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, new Uint8Array(valuesOf(model).buffer));
}

function valuesOf(model: LayersModel): Float32Array {
  return Float32Array.from(model.getWeights().flatMap((weight) => [...weight.dataSync()]));
}

function setValues(model: LayersModel, values: Float32Array): void {
  let from = 0;
  const weights = model
    .getWeights()
    .map(({ shape, size }) => tensor(values.slice(from, (from += size)), shape));
  model.setWeights(weights);
  for (const weight of weights) weight.dispose();
}
