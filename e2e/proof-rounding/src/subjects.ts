import type { Batch, ModelPort } from '@lowbit/core';
import { calibrationLines, calibrationPages } from '@lowbit/e2e-proof-onnx';
import {
  calibrationWindows,
  classifierTask,
  cropBatches,
  detectorTask,
  recognizerTask,
  SIDE,
  sileroTask,
  type Comparison,
  type RealModelTask,
  type TaskResult,
} from '@lowbit/e2e-real-models';
import { onnx } from '@lowbit/onnx';
import { tfjs } from '@lowbit/tfjs';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web/wasm';

/** A trained network with inputs to calibrate it on, which are none of those that it is judged on. */
export interface Subject<Artifact, Written> {
  readonly name: string;
  readonly task: RealModelTask<Artifact>;
  calibration(artifact: Artifact): Promise<readonly Batch[]> | readonly Batch[];
  /** Batches of these on which bits are chosen for each layer. */
  readonly chosenOn?: number;
  port(artifact: Artifact): ModelPort<Written>;
  /** The artifact in what was written. */
  artifact(written: Written): Artifact;
  /** Compares on inputs that were not calibrated on. */
  compare(float: TaskResult, quantized: TaskResult): Comparison;
}

const onnxPort = (bytes: Uint8Array) => onnx(bytes, { ort });
const bytesOf = ({ bytes }: { readonly bytes: Uint8Array }) => bytes;

function onnxSubject(
  name: string,
  task: RealModelTask<Uint8Array>,
  calibration: Subject<Uint8Array, { readonly bytes: Uint8Array }>['calibration'],
): Subject<Uint8Array, { readonly bytes: Uint8Array }> {
  const compare = (float: TaskResult, quantized: TaskResult) => task.compare(float, quantized);
  return { name, task, calibration, port: onnxPort, artifact: bytesOf, compare };
}

/** Seven pages with other words, papers and photographs than the three that it is judged on. */
export const detector = onnxSubject('detector', detectorTask() as RealModelTask<Uint8Array>, () =>
  calibrationPages(),
);

/** Lines of other words. */
export const recognizer = onnxSubject('recognizer', recognizerTask() as RealModelTask<Uint8Array>, () =>
  calibrationLines(),
);

/** Windows of 32 ms that are calibrated on: three of six seconds; it is judged on the others. */
const calibratedWindows = 94;

export const silero = {
  ...onnxSubject('Silero VAD v5', sileroTask() as RealModelTask<Uint8Array>, (bytes) =>
    calibrationWindows(bytes, calibratedWindows),
  ),
  chosenOn: 24,
  compare: (float: TaskResult, quantized: TaskResult) =>
    sileroTask().compare(laterWindows(float), laterWindows(quantized)),
};

function laterWindows(result: TaskResult): TaskResult<boolean> {
  const answers = result.answers.slice(calibratedWindows) as boolean[];
  return { ...result, answers, outputs: result.outputs.map((one) => one.subarray(calibratedWindows)) };
}

/** Photographs that are calibrated on, with four crops each; it is judged on the 18 others. */
const calibratedPhotographs = 8;
const cropsEach = 4;

const classifier = classifierTask() as RealModelTask<LayersModel>;

export const mobileNet: Subject<LayersModel, LayersModel> = {
  name: 'nsfwjs MobileNetV2',
  task: classifier,
  calibration: ({ inputNames }) =>
    cropBatches(calibratedPhotographs).map(({ crops, data }) => ({
      inputs: { [inputNames[0] as string]: { shape: [crops, SIDE, SIDE, 3], data } },
    })),
  port: (model) => tfjs(model),
  artifact: (model) => model,
  compare: (float, quantized) => classifier.compare(laterCrops(float), laterCrops(quantized)),
};

function laterCrops(result: TaskResult): TaskResult {
  const answers = result.answers.slice(cropsEach * calibratedPhotographs);
  return { ...result, answers, outputs: result.outputs.slice(calibratedPhotographs) };
}
