import type { Batch } from '@lowbit/core';

/** Samples that a window has of its own: what stands before them came before. */
const own = 512;
/** Windows of v5 that one of the older model takes. */
const together = 3;

/** Windows of v5 as what Silero VAD took before: 1536 samples after silence, with two states [2, 1, 64]. */
export function longWindows(windows: readonly Batch[]): Batch[] {
  const state = { shape: [2, 1, 64], data: new Float32Array(128) };
  return Array.from({ length: Math.floor(windows.length / together) }, (_, i) => {
    const parts = windows.slice(together * i, together * (i + 1)).flatMap(({ inputs }) => {
      const { data } = inputs['input']!;
      return Array.from(data).slice(-own);
    });
    const input = { shape: [1, parts.length], data: Float32Array.from(parts) };
    return { inputs: { input, sr: { shape: [], data: Float32Array.of(16_000) }, h: state, c: state } };
  });
}
