import type { Probe } from '@lowbit/e2e-real-models';

/**
 * Milliseconds of processor time of each probe in turns, the fastest of all rounds: other work on the machine takes turns with what runs,
 * which counts nothing then, and spoils caches, which only adds.
 */
export async function fastest(probes: readonly Probe[], rounds: number): Promise<number[]> {
  const best = probes.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [at, probe] of probes.entries()) {
      const start = process.cpuUsage();
      await probe.once();
      const { user, system } = process.cpuUsage(start);
      best[at] = Math.min(best[at]!, (user + system) / 1000);
    }
  }
  return best;
}
