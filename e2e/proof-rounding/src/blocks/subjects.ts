import type { Batch } from '@lowbit/core';
import { dataFolder, loadFashionMnist, missingData } from '@lowbit/e2e-proof-tfjs';
import { calibrationLines, readModel, recognizerTask } from '@lowbit/e2e-real-models';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import { onnx } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web/wasm';
import { patchBatches, trainedTransformer } from './transformer.js';

/** A trained network with MatMuls, and batches to calibrate it on, which are none of those that its outputs are compared on. */
export interface BlockSubject {
  readonly name: string;
  /** What there must be to have it; `undefined` where that is here. */
  missing(): string | undefined;
  load(tell: Tell): Promise<Uint8Array> | Uint8Array;
  calibration(): readonly Batch[];
  /** On test inputs. */
  outputs(bytes: Uint8Array): Promise<readonly Float32Array[]>;
}

/** Pictures for calibration, of those that were trained on, and pictures of the test set. */
const [calibrated, tested] = [128, 1000];

const transformer: BlockSubject = {
  name: 'transformer on Fashion-MNIST',
  missing: () => (dataFolder() === undefined ? missingData : undefined),
  load: trainedTransformer,
  calibration: () =>
    patchBatches(loadFashionMnist({ training: calibrated, test: 0 }).training, calibrated, 32),
  async outputs(bytes) {
    const { test } = loadFashionMnist({ training: 0, test: tested });
    const results: Float32Array[] = [];
    for await (const outputs of onnx(bytes, { ort }).run!(patchBatches(test, tested, 100)))
      results.push(Object.values(outputs)[0]!.data as Float32Array);
    return results;
  },
};

/** Its convolutions stay float: what is compared stands in its attention and in its last product. */
const recognizer: BlockSubject = {
  name: 'PP-OCRv4 recognizer, its MatMuls',
  missing: () => undefined,
  load: () => readModel('recognizer'),
  calibration: () => calibrationLines(),
  outputs: async (bytes) => (await recognizerTask().run(bytes)).outputs,
};

export const blockSubjects = [transformer, recognizer];
