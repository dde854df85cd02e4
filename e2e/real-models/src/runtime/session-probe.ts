import type { Probe } from '../task.js';
import { openSession, type Feeds } from './ort.js';

/** A session that runs the same feeds each time, for timing. */
export async function sessionProbe(bytes: Uint8Array, feeds: Feeds): Promise<Probe> {
  const session = await openSession(bytes);
  return {
    once: async () => void (await session.run(feeds)),
    close: () => session.release(),
  };
}
