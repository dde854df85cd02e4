import { calibrationLines, calibrationPages, longWindows, turned, upright } from '@lowbit/e2e-proof-onnx';
import {
  detectorTask,
  PHOTOGRAPHS,
  readModel,
  recognizerTask,
  sileroTask,
  speechBatches,
  type ModelFile,
} from '@lowbit/e2e-real-models';
import type { Batch } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { wordsOf, type PolicySubject, type Task } from './subject.js';

export type OnnxSubject = PolicySubject<Uint8Array, { readonly bytes: Uint8Array }>;

/** What bits are chosen on, and what nothing is chosen on. */
interface Data {
  readonly measuring: () => readonly Batch[];
  readonly heldOut: () => readonly Batch[];
  readonly task?: Task<Uint8Array>;
}

function onnxSubject(name: string, file: ModelFile, data: Data): OnnxSubject {
  return {
    name,
    load: () => readModel(file),
    port: (bytes, { ort }) => onnx(bytes, { name, ort }),
    artifact: ({ bytes }) => bytes,
    sizeOf: (bytes) => bytes.length,
    release: () => undefined,
    ...data,
  };
}

/** Photographs that are large enough, and that the test pages do not show. */
const captioned = PHOTOGRAPHS.filter((name) => !/^(bg[23]$|faces)/.test(name)).slice(0, 13);
/** Sixteen pages of 320 × 320. */
export const detectorPages = (): readonly Batch[] => calibrationPages(captioned, 320);
const testPages = detectorTask();

export const detector = onnxSubject('PP-OCRv4 detector', 'detector', {
  measuring: detectorPages,
  heldOut: () => testPages.batches(new Uint8Array()),
  task: wordsOf(testPages),
});

const testLines = recognizerTask();
const heldOutLines = () => testLines.batches(new Uint8Array());
/** Of words that the test lines do not have. */
const lines = () => calibrationLines().slice(0, 16);

export const recognizer = onnxSubject('PP-OCRv4 recognizer', 'recognizer', {
  measuring: lines,
  heldOut: heldOutLines,
  task: wordsOf(testLines),
});

/** Each line as it is and on its head. */
const bothWays = (all: readonly Batch[]) => [...all.map(upright), ...all.map(turned)];

export const directions = onnxSubject('PP-OCR direction of lines', 'directions', {
  measuring: () => bothWays(lines()),
  heldOut: () => bothWays(heldOutLines()),
});

/** Of 193 windows the first half, every second one, and the second half. */
const [early, late] = [() => speechBatches(0, 48), () => speechBatches(97, 48)];

export const silero = onnxSubject('Silero VAD v5', 'sileroV5', {
  measuring: early,
  heldOut: late,
  task: wordsOf(sileroTask()),
});

export const sileroV6 = onnxSubject('Silero VAD v6', 'sileroV6', { measuring: early, heldOut: late });

export const sileroLegacy = onnxSubject('Silero VAD before v5', 'sileroLegacy', {
  measuring: () => longWindows(early()),
  heldOut: () => longWindows(late()),
});
