import type { Contender } from './work.js';

/** What a contender took. */
export interface Timing {
  readonly name: string;
  /** Shortest and median of all rounds, in milliseconds. */
  readonly fastest: number;
  readonly median: number;
  /** Median over rounds of the time that the first contender took in the same round, divided by this one's. */
  readonly ratio: number;
  /** The same of the shortest times, which a busy machine spoils least. */
  readonly fastestRatio: number;
}

/** Milliseconds that each contender runs in a round, at least once: thirty times what pages tell of the time, and short, so that some are not disturbed. */
const roundTime = 3;
/** The same before the first round: engines optimize what has run for a while. */
const warmTime = 80;
/** Who takes longer than this runs in so many rounds only. */
const longTime = 180;
const longRounds = 5;

/** Times contenders in turn, so that what else the machine does hits all of them; the first is what the others are compared with. */
export async function measure(contenders: readonly Contender[], rounds: number): Promise<Timing[]> {
  for (const { run } of contenders) await timeOf(run, warmTime);
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, { run }] of contenders.entries()) {
      const own = times[at]!;
      if (round < longRounds || own[0]! < longTime) own.push(await timeOf(run, roundTime));
    }
  const fastest = times.map((own) => Math.min(...own));
  return contenders.map(({ name }, at) => ({
    name,
    fastest: fastest[at]!,
    fastestRatio: fastest[0]! / fastest[at]!,
    median: median(times[at]!),
    ratio: median(times[at]!.slice(0, times[0]!.length).map((time, round) => times[0]![round]! / time)),
  }));
}

async function timeOf(run: Contender['run'], atLeast: number): Promise<number> {
  const start = performance.now();
  let runs = 0;
  let elapsed: number;
  do {
    const result = run();
    if (result instanceof Promise) await result;
    runs++;
    elapsed = performance.now() - start;
  } while (elapsed < atLeast);
  return elapsed / runs;
}

/** The middle one, of an even number the upper of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
