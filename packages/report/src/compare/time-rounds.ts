import type { RoundTimes } from './paired-times.js';

/** What the rounds are made of. */
export interface TimedRuns {
  readonly a: () => Promise<unknown>;
  readonly b: () => Promise<unknown>;
  /** Waited for before every run, and not timed. */
  readonly before: (round: number) => Promise<void>;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** Runs both in every round; who goes first alternates. */
export async function timeRounds({ a, b, before, now }: TimedRuns, rounds: number): Promise<RoundTimes[]> {
  const times: RoundTimes[] = [];
  const timed = async (work: () => Promise<unknown>, round: number): Promise<number> => {
    await before(round);
    const started = now();
    await work();
    return now() - started;
  };
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) times.push({ a: await timed(a, round), b: await timed(b, round) });
    else {
      const second = await timed(b, round);
      times.push({ a: await timed(a, round), b: second });
    }
  }
  return times;
}
