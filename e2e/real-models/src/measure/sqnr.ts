/**
 * Signal-to-quantization-noise ratio in decibels over all arrays together:
 * 10 · log10(Σ float² / Σ (float − quantized)²). `Infinity` when equal, `-Infinity` when an output is not finite.
 */
export function sqnrDb(float: readonly Float32Array[], quantized: readonly Float32Array[]): number {
  if (float.length !== quantized.length) throw new Error('The two runs have different numbers of outputs.');
  let signal = 0;
  let noise = 0;
  float.forEach((expected, i) => {
    const energy = energies(expected, quantized[i]!);
    signal += energy.signal;
    noise += energy.noise;
  });
  if (!Number.isFinite(noise)) return -Infinity;
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}

function energies(expected: Float32Array, actual: Float32Array): { signal: number; noise: number } {
  if (expected.length !== actual.length) throw new Error('The two runs have outputs of different shapes.');
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = expected[i]! - actual[i]!;
    signal += expected[i]! * expected[i]!;
    noise += error * error;
  }
  return { signal, noise };
}
