import { readFileSync } from 'node:fs';
import type { Batch } from '@lowbit/core';
import { timedEach } from '../measure/median.js';
import { sqnrDb } from '../measure/sqnr.js';
import { readModel } from '../models.js';
import { batchOf, float32, int64, withSession, type Feeds, type Session } from '../runtime/ort.js';
import { sessionProbe } from '../runtime/session-probe.js';
import { comparison, type Comparison, type RealModelTask, type TaskResult } from '../task.js';
import { readWav } from './wav.js';
import { speechWindows } from './windows.js';

/** A window is speech above this probability. */
const SPEECH = 0.5;

/** Usable: at least this share of windows is judged as float judges them. */
const LEAST_KEPT = 0.97;

/** Six seconds of speech with pauses; see the README beside the file. */
const SPEECH_FILE = new URL('../../../fixtures/speech.wav', import.meta.url);

function inputs(): Float32Array[] {
  const { rate, samples } = readWav(readFileSync(SPEECH_FILE));
  if (rate !== 16_000) throw new Error(`The speech has ${rate} samples a second; the model wants 16000.`);
  return speechWindows(samples);
}

/** Silero VAD v5: for each 32 ms of sound, is someone speaking? */
export function sileroTask(): RealModelTask<Uint8Array, boolean> {
  let made: Float32Array[] | undefined;
  const windows = () => (made ??= inputs());
  return {
    name: 'Silero VAD v5',
    unit: 'window of 32 ms',
    load: () => readModel('sileroV5'),
    run: (bytes) => listen(bytes, windows()),
    compare: compareFrames,
    probe: (bytes) => sessionProbe(bytes, feedsOf(windows()[40]!, silentState())),
    batches: () =>
      windows()
        .filter((_, i) => i % 6 === 0)
        .map((window) => batchOf(feedsOf(window, silentState()))),
    calibration: (bytes) => calibrationWindows(bytes, 32),
  };
}

/** Windows of the speech as batches, each after silence: of all 193 those from `first` on, `count` of them, every second one. */
export function speechBatches(first: number, count: number): Batch[] {
  const windows = inputs();
  return Array.from({ length: count }, (_, i) => batchOf(feedsOf(windows[first + 2 * i]!, silentState())));
}

/**
 * The first windows of the speech, each with the state that the network has when it comes to it.
 *
 * @param bytes The network in floats. @param count Windows of 32 ms.
 */
export async function calibrationWindows(bytes: Uint8Array, count: number): Promise<Batch[]> {
  const windows = inputs().slice(0, count);
  return withSession(bytes, async (session) => {
    const batches: Batch[] = [];
    let state = silentState();
    for (const window of windows) {
      const feeds = feedsOf(window, state);
      batches.push(batchOf(feeds));
      state = (await session.run(feeds))['stateN']!.data as Float32Array;
    }
    return batches;
  });
}

/** The recurrent state before any sound: [2, 1, 128] zeros. */
function silentState(): Float32Array {
  return new Float32Array(2 * 128);
}

function feedsOf(window: Float32Array, state: Float32Array): Feeds {
  return {
    input: float32(window, [1, window.length]),
    state: float32(state, [2, 1, 128]),
    sr: int64(16_000n),
  };
}

async function listen(bytes: Uint8Array, windows: readonly Float32Array[]): Promise<TaskResult<boolean>> {
  const { results, medianMs } = await withSession(bytes, (session) => timedEach(windows, listener(session)));
  const answers = results.map((probability) => probability > SPEECH);
  const speech = answers.filter(Boolean).length;
  return {
    outputs: [Float32Array.from(results)],
    medianMs,
    answers,
    task: {
      summary: `${speech} of ${windows.length} windows are speech`,
      numbers: { speech, windows: windows.length },
    },
  };
}

/** Feeds one window after the other, each with the state that the last one left; gives probabilities of speech. */
function listener(session: Session): (window: Float32Array) => Promise<number> {
  let state = silentState();
  return async (window) => {
    const { output, stateN } = await session.run(feedsOf(window, state));
    state = stateN!.data as Float32Array;
    return (output!.data as Float32Array)[0]!;
  };
}

function compareFrames(float: TaskResult<boolean>, quantized: TaskResult<boolean>): Comparison {
  const same = float.answers.filter((speech, i) => speech === quantized.answers[i]).length;
  const kept = same / float.answers.length;
  const words = `${same} of ${float.answers.length} windows judged alike`;
  return comparison(sqnrDb(float.outputs, quantized.outputs), kept, kept >= LEAST_KEPT, words);
}
