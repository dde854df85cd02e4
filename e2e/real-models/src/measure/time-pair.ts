import type { Probe, RealModelTask } from '../task.js';
import { median } from './median.js';

/** Median times of one input, in milliseconds, and how many times faster the second model is. */
export interface PairedTimes {
  readonly floatMs: number;
  readonly quantizedMs: number;
  readonly speedup: number;
}

/** Times two models in turns, so that whatever else the machine does falls on both alike. */
export async function pairedMedians(float: Probe, quantized: Probe, rounds = 9): Promise<PairedTimes> {
  const times: [number[], number[]] = [[], []];
  const probes = [float, quantized];
  for (const probe of probes) await probe.once();
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes with the round: the second may find warmer caches.
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) times[which]!.push(await timeOf(probes[which]!));
  }
  const [floatMs, quantizedMs] = [median(times[0]), median(times[1])];
  return { floatMs, quantizedMs, speedup: floatMs / quantizedMs };
}

async function timeOf(probe: Probe): Promise<number> {
  const start = performance.now();
  await probe.once();
  return performance.now() - start;
}

/** Opens both models on the task's timed input, times them in turns, closes both. */
export async function timePair<Artifact>(
  task: RealModelTask<Artifact>,
  float: Artifact,
  quantized: Artifact,
  rounds?: number,
): Promise<PairedTimes> {
  const first = await task.probe(float);
  try {
    const second = await task.probe(quantized);
    return await pairedMedians(first, second, rounds).finally(() => second.close());
  } finally {
    await first.close();
  }
}
