import { readFileSync } from 'node:fs';
import type { Batch } from '@lowbit/core';
import { batchOf, withSession } from '../runtime/ort.js';
import { feedsOf, silentState, SPEECH_FILE } from './silero.js';
import { readWav } from './wav.js';
import { speechWindows } from './windows.js';

/**
 * The first windows of the speech, each with the state that the network has when it comes to it.
 *
 * @param bytes The network in floats. @param count Windows of 32 ms.
 */
export async function calibrationWindows(bytes: Uint8Array, count: number): Promise<Batch[]> {
  const windows = speechWindows(readWav(readFileSync(SPEECH_FILE)).samples).slice(0, count);
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
