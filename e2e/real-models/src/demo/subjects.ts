import type { ModelPort } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web/wasm';
import { tfjs } from '@lowbit/tfjs';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { classifierTask } from '../nsfw/classifier.js';
import { detectorTask } from '../ocr/detector.js';
import { recognizerTask } from '../ocr/recognizer.js';
import { sileroTask } from '../speech/silero.js';
import type { RealModelTask } from '../task.js';

/** A model with its task and the adapter that quantizes it. */
export interface Subject<Artifact, Written> {
  readonly task: RealModelTask<Artifact>;
  /** Of its rows with data in the short table, which must not take long. */
  readonly fewestBits: number;
  port(artifact: Artifact): ModelPort<Written>;
  /** The artifact in what the adapter wrote. */
  artifact(written: Written): Artifact;
  release(artifact: Artifact): void;
}

function onnxSubject(
  task: RealModelTask<Uint8Array>,
  fewestBits: number,
): Subject<Uint8Array, { readonly bytes: Uint8Array }> {
  return {
    task,
    fewestBits,
    port: (bytes) => onnx(bytes, { name: task.name, ort }),
    artifact: (written) => written.bytes,
    release: () => undefined,
  };
}

const classifier: Subject<LayersModel, LayersModel> = {
  task: classifierTask(),
  fewestBits: 4,
  port: (model) => tfjs(model),
  artifact: (model) => model,
  release: (model) => model.dispose(),
};

/** The three ONNX files and the TensorFlow.js model. */
export function eachSubject<Result>(
  visit: <Artifact, Written>(subject: Subject<Artifact, Written>) => Promise<Result>,
): (() => Promise<Result>)[] {
  return [
    () => visit(onnxSubject(detectorTask(), 4)),
    () => visit(onnxSubject(recognizerTask(), 4)),
    () => visit(onnxSubject(sileroTask(), 3)),
    () => visit(classifier),
  ];
}
