import { float32, openSession, type Probe } from '@lowbit/e2e-real-models';
import { sizeOf } from '@lowbit/core/adapter';
import { normalWeights } from '../structures/build.js';

/** Milliseconds of one timed stretch at least: short runs are repeated. */
const least = 0.5;

/** A network to be timed on one made input: what is timed is `repeats` runs. */
export async function openNet(bytes: Uint8Array, shape: readonly number[], repeats: number): Promise<Probe> {
  const session = await openSession(bytes);
  const [input = ''] = session.inputNames;
  const feeds = { [input]: float32(normalWeights(sizeOf(shape), 1, 1), shape) };
  return {
    async once() {
      for (let run = 0; run < repeats; run++) await session.run(feeds);
    },
    close: () => session.release(),
  };
}

/** How many runs take long enough to be timed. */
export async function repeatsOf(bytes: Uint8Array, shape: readonly number[]): Promise<number> {
  const probe = await openNet(bytes, shape, 10);
  await probe.once();
  const start = performance.now();
  await probe.once();
  const each = (performance.now() - start) / 10;
  await probe.close();
  return Math.max(1, Math.ceil(least / each));
}
