import type { Batch } from '@lowbit/core';
import {
  detectorTask,
  readModel,
  recognizerTask,
  sileroTask,
  speechBatches,
  type ModelFile,
  type RealModelTask,
} from '@lowbit/e2e-real-models';
import { calibrationLines } from '@lowbit/e2e-real-models';
import { turned, upright } from './line-inputs.js';
import { longWindows } from './long-windows.js';
import { runBatches } from './run-batches.js';

/** What a net gives, and how many of float's answers a changed one keeps. */
interface Given {
  readonly outputs: readonly Float32Array[];
  /** The share of float's answers, and whether there are no others. */
  readonly kept?: (changed: Given) => number;
}

/** A net that others trained, and what it is run on. */
export interface Net {
  readonly name: string;
  /** Decibels that it keeps at least; else it is held against Python's converters alone. */
  readonly least?: number;
  load(): Promise<Uint8Array>;
  run(bytes: Uint8Array): Promise<Given>;
}

/** A net with a task; the share of answers counts those of both, so that 1 is the same answers. */
function withTask(name: string, file: ModelFile, made: unknown, least?: number): Net {
  const task = made as RealModelTask<Uint8Array>;
  const run = async (bytes: Uint8Array): Promise<Given> => {
    const result = await task.run(bytes);
    const kept = (changed: Given) => {
      const { kept: found, confirmed = 1 } = task.compare(result, changed as typeof result);
      return Math.min(found, confirmed);
    };
    return { ...result, kept };
  };
  return { name, load: () => readModel(file), run, ...(least === undefined ? {} : { least }) };
}

function onBatches(name: string, file: ModelFile, batches: () => readonly Batch[], least?: number): Net {
  const run = async (bytes: Uint8Array) => ({ outputs: await runBatches(bytes, batches()) });
  return { name, load: () => readModel(file), run, ...(least === undefined ? {} : { least }) };
}

const lines = () => calibrationLines().slice(0, 16);

export const nets: readonly Net[] = [
  withTask('detector', 'detector', detectorTask(), 50),
  withTask('recognizer', 'recognizer', recognizerTask()),
  onBatches('classifier', 'directions', () => [...lines().map(upright), ...lines().map(turned)]),
  withTask('Silero v5', 'sileroV5', sileroTask(), 50),
  withTask('Silero v6', 'sileroV6', sileroTask(), 50),
  onBatches('Silero before v5', 'sileroLegacy', () => longWindows(speechBatches(0, 90)), 50),
];
