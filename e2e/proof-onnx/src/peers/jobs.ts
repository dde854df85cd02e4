import type { Batch } from '@lowbit/core';
import { detectorTask, recognizerTask, sqnrDb, type RealModelTask } from '@lowbit/e2e-real-models';
import { calibrationPages } from '../integers/calibration-pages.js';
import { attentionModel } from '../structures/attention-model.js';
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
  /** Whether the time has to be a third of Python's: not where WebAssembly is measured against native code. */
  readonly timed: boolean;
  /** Times that each side is started; Python's histograms take minutes. */
  readonly rounds: number;
  /** Runs a model in onnxruntime-web; the signal-to-noise ratio of its outputs against float's, in decibels. */
  sqnr(float: Uint8Array, quantized: Uint8Array): Promise<number>;
}

function realJob(
  kind: PeerKind,
  model: string,
  task: RealModelTask<Uint8Array>,
  calibration: () => Batch[],
  { runtime, timed = true }: Partial<Pick<PeerJob, 'runtime' | 'timed'>> = {},
): PeerJob {
  let outputs: readonly Float32Array[] | undefined;
  return {
    kind,
    model,
    load: () => task.load(),
    calibration,
    ...(runtime === undefined ? {} : { runtime }),
    timed,
    rounds: kind === 'static-percentile' ? 1 : 3,
    async sqnr(float, quantized) {
      outputs ??= (await task.run(float)).outputs;
      return sqnrDb(outputs, (await task.run(quantized)).outputs);
    },
  };
}

/** 12.6 million weights, 50 MB. */
const transformer = { blocks: 4, width: 512, heads: 8, tokens: 32 };

const none = () => [];

/** Every comparison, cheapest last. */
export function peerJobs(): PeerJob[] {
  const detector = detectorTask() as RealModelTask<Uint8Array>;
  const recognizer = recognizerTask() as RealModelTask<Uint8Array>;
  const made = attentionModel(transformer);
  return [
    realJob('static-min-max', 'detector', detector, calibrationPages, { runtime: 'onnxruntime-node' }),
    realJob('static-min-max', 'detector', detector, calibrationPages, {
      runtime: 'onnxruntime-web',
      timed: false,
    }),
    realJob('static-percentile', 'detector', detector, calibrationPages, { runtime: 'onnxruntime-web' }),
    realJob('dynamic', 'recognizer', recognizer, none),
    {
      kind: 'n-bits',
      model: 'transformer',
      load: async () => made.bytes,
      calibration: none,
      timed: true,
      rounds: 3,
      sqnr: async (float, quantized) =>
        sqnrDb(await runMade(float, made.runs), await runMade(quantized, made.runs)),
    },
  ];
}
