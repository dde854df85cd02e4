import { absmax, minMax, mse, nf4 } from '@lowbit/baselines';
import { quantize, type ModelPort, type ParameterStorage, type Quantizer } from '@lowbit/core';
import type { Granularity } from '@lowbit/core/method';
import { onnx } from '@lowbit/onnx';
import { tfjs } from '@lowbit/tfjs';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { sqnrDb } from '../measure/sqnr.js';
import { readModel, type ModelFile } from '../models.js';
import { classifierTask } from '../nsfw/classifier.js';
import { inceptionArtifacts } from '../nsfw/inception.js';
import { detectorTask } from '../ocr/detector.js';
import { recognizerTask } from '../ocr/recognizer.js';
import { sileroTask } from '../speech/silero.js';
import type { RealModelTask } from '../task.js';

/** A way to store weights that is compared with others. */
export interface Width {
  readonly name: string;
  readonly bits: number;
  readonly granularity: Granularity;
  readonly quantizer: Quantizer;
  /** Default: float32. */
  readonly parameters?: ParameterStorage;
}

/** One network in one width; plain JSON. */
export interface WidthRow {
  readonly network: string;
  readonly width: string;
  /** Of quantized weights, parameters counted. */
  readonly bitsPerWeight: number;
  /** Signal to noise of all quantized weights together, in decibels. */
  readonly weightsDb: number;
  /** Of the weight that loses most. */
  readonly leastDb: number;
  /** Of the outputs on the inputs of the network's task; absent where it has none. */
  readonly outputsDb?: number;
}

/** What is compared. */
export const widths: readonly Width[] = [
  { name: '5 bits, channel, min-max', bits: 5, granularity: 'channel', quantizer: minMax() },
  { name: '5 bits, channel, mse', bits: 5, granularity: 'channel', quantizer: mse() },
  { name: '4 bits, group:32, min-max', bits: 4, granularity: 'group:32', quantizer: minMax() },
  { name: '4 bits, group:32, mse', bits: 4, granularity: 'group:32', quantizer: mse() },
  inHalves('nf4', nf4()),
  inHalves('absmax', absmax()),
  inHalves('min-max', minMax()),
];

function inHalves(method: string, quantizer: Quantizer): Width {
  const name = `4 bits, group:32, ${method}, float16 parameters`;
  return { name, bits: 4, granularity: 'group:32', quantizer, parameters: 'float16' };
}

interface Subject {
  readonly network: string;
  /** @param runs Whether the network is run on the inputs of its task too, which takes most of the time. */
  measure(width: Width, runs: boolean): Promise<WidthRow>;
}

/** ONNX files and models of TensorFlow.js that npm packages carry. */
export async function subjects(): Promise<readonly Subject[]> {
  const inception = await loadLayersModel({ load: inceptionArtifacts });
  const classifier = classifierTask() as RealModelTask<LayersModel>;
  const legacy: ModelFile = 'sileroLegacy';
  return [
    withTask('PP-OCRv4 detector', detectorTask() as RealModelTask<Uint8Array>, ofBytes),
    withTask('PP-OCRv4 recognizer', recognizerTask() as RealModelTask<Uint8Array>, ofBytes),
    withTask('Silero VAD v5', sileroTask() as RealModelTask<Uint8Array>, ofBytes),
    withoutTask('Silero VAD before v5', () => readModel(legacy), ofBytes),
    withTask('nsfwjs MobileNetV2', classifier, ofLayers),
    withoutTask('nsfwjs Inception v3', async () => inception, ofLayers),
  ];
}

/** How a model is quantized, and what a task runs of the result. */
interface Quantizing<Artifact, Model> {
  readonly port: ModelPort<Model>;
  readonly artifact: (model: Model) => Artifact;
}

const ofBytes = (bytes: Uint8Array) => ({
  port: onnx(bytes),
  artifact: (model: { readonly bytes: Uint8Array }) => model.bytes,
});

const ofLayers = (model: LayersModel) => ({
  port: tfjs(model),
  artifact: (quantizedModel: unknown) => quantizedModel as LayersModel,
});

function withTask<Artifact, Model>(
  network: string,
  task: RealModelTask<Artifact>,
  how: (artifact: Artifact) => Quantizing<Artifact, Model>,
): Subject {
  let float: readonly Float32Array[] | undefined;
  return {
    network,
    async measure(width, runs) {
      const original = await task.load();
      const { row, result } = await quantized(network, width, how(original));
      if (!runs) return row;
      float ??= (await task.run(original)).outputs;
      return { ...row, outputsDb: sqnrDb(float, (await task.run(result)).outputs) };
    },
  };
}

function withoutTask<Artifact, Model>(
  network: string,
  load: () => Promise<Artifact>,
  how: (artifact: Artifact) => Quantizing<Artifact, Model>,
): Subject {
  return { network, measure: async (width) => (await quantized(network, width, how(await load()))).row };
}

async function quantized<Artifact, Model>(
  network: string,
  { name, bits, granularity, quantizer, parameters = 'float32' }: Width,
  { port, artifact }: Quantizing<Artifact, Model>,
) {
  const { model, report } = await quantize(port, {
    weights: quantizer,
    bits,
    granularity,
    parameterStorage: parameters,
  });
  let [values, stored, noise, signal, leastDb] = [0, 0, 0, 0, Infinity];
  for (const { error, values: count, sizes } of report.weights) {
    values += count;
    stored += sizes.stored;
    const own = count * (error?.meanSquared ?? 0);
    noise += own;
    leastDb = Math.min(leastDb, error?.sqnrDb ?? Infinity);
    signal += own * 10 ** ((error?.sqnrDb ?? 0) / 10);
  }
  const row = {
    network,
    width: name,
    bitsPerWeight: (8 * stored) / values,
    weightsDb: 10 * Math.log10(signal / noise),
    leastDb,
  };
  return { row, result: artifact(model) };
}
