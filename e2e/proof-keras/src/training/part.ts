import { readFile } from 'node:fs/promises';
import { quantize, registry, seededRandom, train, type Recipe } from '@lowbit/core';
import { seedFrom } from '@lowbit/core/adapter';
import {
  accuracyOf,
  compile,
  dataFolder,
  labelledBatches,
  loadFashionMnist,
  missingData,
  trainEpoch,
} from '@lowbit/e2e-proof-tfjs';
import { useWasm } from '@lowbit/e2e-real-models';
import { gate, gateAtMost, type Part, type Tell } from '@lowbit/e2e-real-models/proof';
import { readKeras } from '@lowbit/keras';
import { toOnnx } from '@lowbit/keras-onnx';
import { ul2q } from '@lowbit/methods';
import { kerasModel, tfjs, toLayersModel } from '@lowbit/tfjs';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { comparePredictions } from './compare-predictions.js';
import { reloaded } from './reload.js';

const file = new URL('../../fixtures/fashion-mnist.keras', import.meta.url);

/** The paper quantizes weights to 2 bits, and here the last layer to 8. */
const recipe: Recipe = {
  weights: ul2q(),
  bits: 2,
  granularity: 'tensor',
  rules: [{ match: { name: 'classes' }, bits: 8 }],
};

/** The same without training, of 8 bits, and what comes into layers in 16 levels. */
const inputsToo: Recipe = { ...recipe, bits: 8, rules: [], activations: ul2q(), activationBits: 4 };

/** Seed of the order of pictures, pictures a step, and learning rates of Adam, one an epoch. */
const [seed, batchSize, rates] = [1, 100, [5e-4, 1e-4]];
/** e2e/proof-tfjs trains with all 60,000; a fifth of them shows the way from one format to the other, in two minutes. */
const counts = { training: 12_000, test: 10_000 };
/** Points of accuracy that training may lose. */
const mostLost = 1.5;

type Data = ReturnType<typeof loadFashionMnist>;

/** From a file of Keras, through training with μL2Q at 2 bits, to a packed file and to ONNX. */
export const trainingPart: Part = {
  name: 'ul2q',
  async measure(tell) {
    const title =
      'μL2Q at 2 bits on Fashion-MNIST: a Keras file, trained, packed, loaded again, and in onnxruntime-web';
    if (dataFolder() === undefined)
      return { name: 'ul2q', title, rows: [], gates: [], skipped: [missingData] };
    await useWasm();
    registerWasmTraining();
    const data = loadFashionMnist(counts);
    const float = await importedModel();
    const { model, untrained } = await trained(data, tell);
    const accuracy = { float: accuracyOf(float, data.test), trained: accuracyOf(model, data.test) };
    tell('saving and loading');
    const again = await reloaded(model);
    const { bytes } = await toOnnx(await kerasModel(again.model));
    const compared = await comparePredictions(again.model, bytes, data.test, tell);
    const reloadedAccuracy = accuracyOf(again.model, data.test);
    const inputs = await comparedInputs(data, tell);
    return {
      name: 'ul2q',
      title,
      rows: [
        {
          'float %': accuracy.float,
          'untrained %': untrained,
          'trained %': accuracy.trained,
          'loaded again %': reloadedAccuracy,
          'onnxruntime-web %': compared.accuracy,
          'packed bytes': again.bytes,
          'float bytes': again.floatBytes,
          'ONNX bytes': bytes.length,
          'largest difference': compared.worst,
          'with 4-bit inputs %': inputs.accuracy,
          'pictures that differ with them': inputs.ties.length,
        },
        ...[...compared.ties, ...inputs.ties].map((tie) => ({ 'what differs': tie })),
      ],
      gates: [
        gateAtMost('points that training with 2 bits loses', accuracy.float - accuracy.trained, mostLost),
        gateAtMost('points that saving and loading lose', Math.abs(accuracy.trained - reloadedAccuracy), 0),
        gateAtMost('pictures that differ in onnxruntime-web by more than rounding', compared.different, 0),
        gateAtMost(
          'pictures with 4-bit inputs that differ, but for values within rounding of a border',
          inputs.different,
          0,
        ),
        gate('pictures that were compared', Math.min(compared.pictures, inputs.pictures), counts.test),
      ],
      skipped: [],
    };
  },
};

async function importedModel(): Promise<LayersModel> {
  const model = await readKeras(await readFile(file));
  try {
    return await toLayersModel(model);
  } finally {
    model.close();
  }
}

/** The file of Keras with quantized inputs too, in both runtimes. */
async function comparedInputs({ training, test }: Data, tell: Tell) {
  tell('quantizing inputs of layers');
  const port = tfjs(await importedModel());
  const { model } = await quantize(port, { ...inputsToo, data: labelledBatches(training, 500, 250) });
  const { bytes } = await toOnnx(await kerasModel(model), { registry: registry([ul2q()]) });
  return comparePredictions(model, bytes, test, tell);
}

/** One round of training, from the weights of Keras; and what the same levels give without it, in percent. */
async function trained({ training, test }: Data, tell: Tell) {
  const model = await importedModel();
  const port = tfjs(model);
  const { model: rounded } = await quantize(port, recipe);
  const untrained = accuracyOf(rounded, test);
  compile(model);
  const run = train(port, recipe, { batches: labelledBatches(training, 2_000, 250) });
  for await (const { number } of run) {
    compile(model);
    for (const [epoch, learningRate] of rates.entries())
      await trainEpoch(model, training, {
        batchSize,
        learningRate,
        random: seededRandom(seedFrom(seed, `ul2q ${number} ${epoch}`)),
        onStep: (share, loss) =>
          tell(`epoch ${epoch + 1}, ${(100 * share).toFixed(0)} %, loss ${loss.toFixed(3)}`),
      });
  }
  return { model: (await run.result).model, untrained };
}
