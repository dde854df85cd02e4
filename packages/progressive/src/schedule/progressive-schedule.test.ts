import { scheduleLaws } from '@lowbit/conformance';
import { isLowbitError, encode } from '@lowbit/core';
import {
  optionsOf,
  seededRandom,
  type Schedule,
  type ScheduledWeight,
  type ScheduleState,
} from '@lowbit/core/method';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressiveSchedule } from './progressive-schedule.js';

function weight(id: string, bits: number, frozen: readonly number[] = [0, 0]): ScheduledWeight {
  const values = Float32Array.of(0, 1);
  const fit = () => ({ kind: 'affine', levels: 2, scale: 1, offset: 0 }) as const;
  const tensor = encode(values, [2], 'tensor', { bits, fit });
  return {
    id,
    layer: id,
    depth: 0,
    bits,
    options: {},
    values,
    tensor,
    quantized: values,
    frozen: Uint8Array.from(frozen),
  };
}

/** Runs a schedule to its end; the bits of each weight in each round. */
async function run(
  schedule: Schedule,
  start: readonly ScheduledWeight[],
  memory: Record<string, unknown> = {},
  finished = 0,
) {
  const rounds: number[][] = [];
  let weights = start;
  for (; ; finished++) {
    const options = optionsOf(schedule, {});
    const state: ScheduleState = { finished, weights, options, memory, random: seededRandom(1) };
    const round = await schedule.next(state);
    if (round === null) return rounds;
    expect(round.name).not.toBe('');
    expect(round.hold).toBeUndefined();
    weights = weights.map((own) => ({ ...own, bits: round.bits?.get(own.id) ?? own.bits }));
    rounds.push(weights.map(({ bits }) => bits));
  }
}

describe('progressiveSchedule', () => {
  it('lets bits fall to those of the plan', async () => {
    const weights = [weight('a', 2), weight('b', 5), weight('c', 8), weight('d', 12)];
    expect(await run(progressiveSchedule(), weights)).toEqual([
      [8, 8, 8, 12],
      [6, 7, 8, 12],
      [4, 6, 8, 12],
      [2, 5, 8, 12],
    ]);
  });

  it('ends at the bits that it is given, in one round at once', async () => {
    expect(await run(progressiveSchedule({ from: 4, to: 1, rounds: 3 }), [weight('a', 8)])).toEqual([
      [4],
      [2],
      [1],
    ]);
    expect(await run(progressiveSchedule({ to: 3, rounds: 1 }), [weight('a', 8)])).toEqual([[3]]);
  });

  it('snaps on the way, not at the end', async () => {
    const schedule = progressiveSchedule({ from: 8, to: 2, rounds: 6, snap: true });
    expect(await run(schedule, [weight('a', 8)])).toEqual([[8], [4], [2]]);
    const toThree = progressiveSchedule({ from: 8, to: 3, rounds: 3, snap: true });
    expect(await run(toThree, [weight('a', 8)])).toEqual([[8], [3]]);
  });

  it('leaves weights alone of which something is frozen', async () => {
    expect(await run(progressiveSchedule(), [weight('a', 2, [0, 1])])).toEqual([[2]]);
  });

  it('can be taken up again where it stopped, by its memory alone', async () => {
    const memory: Record<string, unknown> = {};
    const whole = await run(progressiveSchedule(), [weight('a', 2)], memory);
    const stored = JSON.parse(JSON.stringify(memory)) as Record<string, unknown>;
    expect(await run(progressiveSchedule(), [weight('a', 6)], stored, 2)).toEqual(whole.slice(2));
  });

  it('declares that weights are fake-quantized during the rounds', () => {
    expect(progressiveSchedule()).toMatchObject({
      kind: 'schedule',
      api: 2,
      name: 'progressive',
      simulates: true,
    });
  });

  it.each([{ from: 7.5 }, { rounds: 2.5 }, { to: 1.5 }, { rounds: 0 }, { from: 0 }])(
    'refuses %j',
    async (settings) => {
      const error = await run(progressiveSchedule(settings), [weight('a', 2)]).catch(
        (caught: unknown) => caught,
      );
      expect(isLowbitError(error) && error.code).toBe('unsupported-option');
    },
  );

  it('only lets bits fall after the first round, and ends at the target', async () => {
    const settings = fc.record({
      from: fc.integer({ min: 1, max: 16 }),
      to: fc.integer({ min: 0, max: 16 }),
      rounds: fc.integer({ min: 1, max: 12 }),
      snap: fc.boolean(),
    });
    const plan = fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(settings, plan, async (given, planned) => {
        const weights = planned.map((bits, i) => weight(`w${i}`, bits));
        const rounds = await run(progressiveSchedule(given), weights);
        expect(rounds.length).toBeLessThanOrEqual(given.rounds);
        expect(rounds.length).toBeGreaterThan(0);
        expect(rounds.at(-1)).toEqual(planned.map((bits) => (given.to === 0 ? bits : given.to)));
        rounds.forEach((bits, round) =>
          bits.forEach((own, i) => expect(own).toBeLessThanOrEqual(rounds[round - 1]?.[i] ?? 16)),
        );
        const different = new Set(rounds.map((bits) => bits.join()));
        expect(different.size).toBe(rounds.length);
      }),
      { numRuns: 300, seed: 9 },
    );
  });

  const schedules = [progressiveSchedule(), progressiveSchedule({ from: 8, to: 1, rounds: 9, snap: true })];
  for (const schedule of schedules) for (const law of scheduleLaws(schedule)) it(law.title, law.run);
});
