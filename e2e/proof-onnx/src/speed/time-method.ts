import { encode, seededRandom, type Quantizer } from '@lowbit/core';
import { optionsOf } from '@lowbit/core/adapter';
import { median } from '@lowbit/e2e-real-models';

/** Weights as networks have them: normal, with a deviation of 0.05. Large arrays repeat a block of a million. */
export function makeWeights(count: number): Float32Array {
  const random = seededRandom(1);
  const block = Float32Array.from(
    { length: Math.min(count, 1e6) },
    () => 0.05 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += block.length) values.set(block.subarray(0, count - at), at);
  return values;
}

/** Chooses the parameters of one tensor, checks and codes all its values: what `quantize` does with a weight. */
function quantizeTensor(quantizer: Quantizer, bits: number, values: Float32Array): void {
  const context = {
    role: 'weight',
    bits,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  encode(values, [values.length], 'tensor', { bits, fit: (slice) => quantizer.fit(slice, context) });
}

/**
 * Median time of quantizing the values once, in nanoseconds a weight. Processor time, all threads together: it is that of
 * one core, and other work on the machine does not count.
 */
export function timeMethod(quantizer: Quantizer, bits: number, values: Float32Array, rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    quantizeTensor(quantizer, bits, values);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  });
  return (1e3 * median(times)) / values.length;
}
