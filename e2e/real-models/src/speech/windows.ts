/** What Silero VAD v5 takes at 16 kHz: 512 new samples after the 64 that came before them. */
const WINDOW = 512;
const CONTEXT = 64;

/** Cuts sound to windows [64 + 512]; silence comes before the first; a short rest at the end is left out. */
export function speechWindows(samples: Float32Array): Float32Array[] {
  return Array.from({ length: Math.floor(samples.length / WINDOW) }, (_, i) => {
    const window = new Float32Array(CONTEXT + WINDOW);
    const from = i * WINDOW - CONTEXT;
    window.set(samples.subarray(Math.max(0, from), (i + 1) * WINDOW), Math.max(0, -from));
    return window;
  });
}
