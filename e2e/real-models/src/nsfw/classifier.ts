import type { Batch } from '@lowbit/core';
import { tensor4d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PHOTOGRAPHS } from '../image/photographs.js';
import { timedEach } from '../measure/median.js';
import { sqnrDb } from '../measure/sqnr.js';
import { indexOfLargest } from '../measure/index-of-largest.js';
import { useWasm } from '../runtime/tfjs.js';
import { comparison, type Comparison, type RealModelTask, type TaskResult } from '../task.js';
import { cropBatches, SIDE, type CropBatch } from './crop-batches.js';
import { loadMobileNet } from './mobilenet.js';

/** Usable: at least this share of crops gets the class that float gives. */
const LEAST_KEPT = 0.9;

/** The five classes, in the order of the network's output. */
export const CLASSES = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'] as const;

/**
 * nsfwjs' MobileNetV2 on crops of photographs; the class with the largest probability must stay.
 * Fewer photographs make a quicker look; the figures that count take all of them.
 */
export function classifierTask(photographs = PHOTOGRAPHS.length): RealModelTask<LayersModel, number> {
  let made: CropBatch[] | undefined;
  const batches = () => (made ??= cropBatches(photographs));
  return {
    name: 'nsfwjs MobileNetV2',
    unit: 'batch of 4 photographs, 224 × 224 pixels',
    load: loadMobileNet,
    run: (model) => classify(model, batches()),
    compare: compareClasses,
    probe: async (model) => ({
      once: async () => void (await predict(model, batches()[0]!)),
      close: async () => undefined,
    }),
    batches: (model) => firstCrops(model, batches()),
    calibration: (model) => firstCrops(model, batches()),
  };
}

/** The crops of two photographs. */
const firstCrops = ({ inputNames }: LayersModel, batches: readonly CropBatch[]): Batch[] =>
  batches.slice(0, 2).map(({ crops, data }) => ({
    inputs: { [inputNames[0]!]: { shape: [crops, SIDE, SIDE, 3], data } },
  }));

/** Probabilities [crops, 5]; every tensor made here is disposed of. */
async function predict(model: LayersModel, { crops, data }: CropBatch): Promise<Float32Array> {
  await useWasm();
  const output = tidy(() => model.predict(tensor4d(data, [crops, SIDE, SIDE, 3])) as Tensor);
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}

async function classify(model: LayersModel, batches: readonly CropBatch[]): Promise<TaskResult<number>> {
  const { results, medianMs } = await timedEach(batches, (batch) => predict(model, batch));
  const answers = results.flatMap((values) => topClasses(values));
  const counts = CLASSES.map((name, i) => [name, answers.filter((answer) => answer === i).length] as const);
  const words = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return {
    outputs: results,
    medianMs,
    answers,
    task: {
      summary: `${answers.length} crops: ${words.join(', ')}`,
      numbers: { crops: answers.length, ...Object.fromEntries(counts) },
    },
  };
}

/** The likeliest class of each crop, from probabilities [crops, 5]. */
function topClasses(values: Float32Array): number[] {
  return Array.from({ length: values.length / CLASSES.length }, (_, i) =>
    indexOfLargest(values.subarray(i * CLASSES.length, (i + 1) * CLASSES.length)),
  );
}

function compareClasses(float: TaskResult<number>, quantized: TaskResult<number>): Comparison {
  const same = float.answers.filter((answer, i) => answer === quantized.answers[i]).length;
  const kept = same / float.answers.length;
  const words = `${same} of ${float.answers.length} crops get the same class`;
  return comparison(sqnrDb(float.outputs, quantized.outputs), kept, kept >= LEAST_KEPT, words);
}
