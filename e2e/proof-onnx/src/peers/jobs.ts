import type { Batch } from '@lowbit/core';
import { detectorTask, recognizerTask, sqnrDb, type RealModelTask } from '@lowbit/e2e-real-models';
import { calibrationPages } from '@lowbit/e2e-real-models';
import { attentionModel } from '../structures/attention-model.js';
import { normalInput } from '../structures/inputs.js';
import { runMade } from '../structures/run-made.js';
import type { PeerKind } from './kinds.js';

/** A model that both sides quantize in the same way. */
export interface PeerJob {
  readonly kind: PeerKind;
  readonly model: string;
  /** The float model. */
  load(): Promise<Uint8Array>;
  readonly calibration: () => Batch[];
  /** What lowbit runs the model in, where it calibrates. Python has the native build. */
  readonly runtime?: 'onnxruntime-node' | 'onnxruntime-web';
  /** Options of the command line, which then stands for lowbit, with its defaults in everything else. */
  readonly commandLine?: readonly string[];
  /** Where Python's form of the weights is not asked for, so that the files are not to be compared. */
  readonly mayBeLarger?: true;
  /** Times that each side is started; Python's histograms take half a minute. */
  readonly rounds: number;
  /** Runs a model in onnxruntime-web; the signal-to-noise ratio of its outputs against float's, in decibels. */
  sqnr(float: Uint8Array, quantized: Uint8Array): Promise<number>;
}

const rounds = 9;

function realJob(
  kind: PeerKind,
  model: string,
  task: RealModelTask<Uint8Array>,
  calibration: () => Batch[],
  runtime?: PeerJob['runtime'],
): PeerJob {
  let outputs: readonly Float32Array[] | undefined;
  return {
    kind,
    model,
    load: () => task.load(),
    calibration,
    ...(runtime === undefined ? {} : { runtime }),
    rounds: kind === 'static-percentile' ? 1 : rounds,
    async sqnr(float, quantized) {
      outputs ??= (await task.run(float)).outputs;
      return sqnrDb(outputs, (await task.run(quantized)).outputs);
    },
  };
}

/**
 * Both made and quantized in the same way; 12 · width² weights a block.
 *
 * @param inputs - that outputs are compared on: where activations are rounded too, single ones differ by half a decibel
 */
function transformerJob(
  model: string,
  size: { readonly blocks: number; readonly width: number },
  given: Partial<PeerJob> = {},
  inputs = 2,
): PeerJob {
  const tokens = 32;
  const made = attentionModel({ ...size, heads: 8, tokens });
  const runs = Array.from({ length: inputs }, (_, i) => ({ x: normalInput([1, tokens, size.width], 7 + i) }));
  return {
    kind: 'n-bits',
    model,
    load: async () => made.bytes,
    calibration: () => [],
    rounds,
    ...given,
    sqnr: async (float, quantized) => sqnrDb(await runMade(float, runs), await runMade(quantized, runs)),
  };
}

const detector = () => detectorTask() as RealModelTask<Uint8Array>;

/** Every comparison. */
export function peerJobs(): PeerJob[] {
  const recognizer = recognizerTask() as RealModelTask<Uint8Array>;
  return [
    realJob('static-min-max', 'detector', detector(), calibrationPages, 'onnxruntime-node'),
    realJob('static-percentile', 'detector', detector(), calibrationPages, 'onnxruntime-web'),
    realJob('dynamic', 'recognizer', recognizer, () => []),
    transformerJob('transformer', { blocks: 1, width: 512 }),
  ];
}

/** The command line, which measures errors and searches grids, with its defaults. */
export function defaultJobs(): PeerJob[] {
  const recognizer = recognizerTask() as RealModelTask<Uint8Array>;
  const large = { blocks: 7, width: 448 };
  const groups = ['--bits', '4', '--granularity', 'group:32'];
  const packed = [...groups, '--optimize', 'memory'];
  const integers = ['--activations', 'dynamic'];
  const model = 'transformer, 17 M weights';
  const few = { rounds: 5 };
  return [
    transformerJob(model, large, { ...few, commandLine: packed }),
    transformerJob(model, large, { ...few, commandLine: groups, mayBeLarger: true }),
    { ...realJob('dynamic', 'recognizer', recognizer, () => []), ...few, commandLine: integers },
    transformerJob(model, large, { ...few, kind: 'dynamic', commandLine: integers }, 24),
    transformerJob(model, large, { ...few, kind: 'bare-dynamic', commandLine: integers }, 24),
  ];
}

/** Comparisons in which lowbit has to win less. */
export function limitJobs(): PeerJob[] {
  return [
    realJob('static-min-max', 'detector', detector(), calibrationPages, 'onnxruntime-web'),
    transformerJob('large transformer', { blocks: 4, width: 512 }),
  ];
}
