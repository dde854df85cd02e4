import type { Probe } from '@lowbit/e2e-real-models';

/** Milliseconds of each probe in turns: the fastest of all rounds, as other work on the machine only adds. */
export async function fastest(probes: readonly Probe[], rounds: number): Promise<number[]> {
  const best = probes.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [at, probe] of probes.entries()) {
      const start = performance.now();
      await probe.once();
      best[at] = Math.min(best[at]!, performance.now() - start);
    }
  }
  return best;
}
