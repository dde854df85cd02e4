import { scheduleLaws } from '@lowbit/conformance';
import { decode, encode } from '@lowbit/core';
import {
  optionsOf,
  type Schedule,
  type ScheduledWeight,
  type ScheduleState,
  seededRandom,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { inq } from './inq.js';
import { inqSchedule } from './inq-schedule.js';

const method = inq();
const options = optionsOf(method, {});

function weight(values: Float32Array, frozen: Uint8Array = new Uint8Array(values.length)): ScheduledWeight {
  const context = { role: 'weight', bits: 4, options, random: seededRandom(0) } as const;
  const fit = (slice: Float32Array) => method.fit(slice, context);
  const tensor = encode(values, [values.length], 'tensor', { bits: 4, fit });
  const names = { id: 'w', layer: 'l', depth: 0, bits: 4 };
  return { ...names, options, values, tensor, quantized: decode(tensor), frozen };
}

function state(schedule: Schedule, weights: readonly ScheduledWeight[], finished: number): ScheduleState {
  return { finished, weights, options: optionsOf(schedule, {}), memory: {}, random: seededRandom(5) };
}

async function run(schedule: Schedule, values: Float32Array): Promise<Uint8Array[]> {
  const masks: Uint8Array[] = [];
  for (let finished = 0; finished < 20; finished++) {
    const round = await schedule.next(state(schedule, [weight(values, masks.at(-1))], finished));
    if (round === null) return masks;
    masks.push(round.hold!.get('w')!);
  }
  throw new Error('the schedule does not end');
}

const count = (mask: Uint8Array) => mask.reduce((sum, one) => sum + one, 0);
const random = seededRandom(1);
const values = Float32Array.from({ length: 101 }, () => random() - 0.5);

describe('inqSchedule', () => {
  it('freezes the paper’s shares, the largest values first', async () => {
    const masks = await run(inqSchedule(), values);
    expect(masks.map(count)).toEqual([51, 76, 89, 101]);
    const free = values.filter((_, i) => masks[0]![i] === 0).map(Math.abs);
    const held = values.filter((_, i) => masks[0]![i] === 1).map(Math.abs);
    expect(Math.max(...free)).toBeLessThan(Math.min(...held));
  });

  it('freezes other shares, and random values when told so', async () => {
    const masks = await run(inqSchedule({ fractions: [0.1, 1], order: 'random' }), values);
    expect(masks.map(count)).toEqual([11, 101]);
    const held = values.filter((_, i) => masks[0]![i] === 1).map(Math.abs);
    expect(Math.min(...held)).toBeLessThan(0.3);
  });

  it('never frees what is frozen, also when that is more than the share', async () => {
    const frozen = Uint8Array.from(values, (_, i) => (i < 80 ? 1 : 0));
    const round = await inqSchedule().next(state(inqSchedule(), [weight(values, frozen)], 0));
    expect(round!.hold!.get('w')).toEqual(frozen);
  });

  it.each([[[]], [[0.5]], [[0.5, 0.4, 1]], [[0, 1]], [[NaN, 1]]])('refuses the fractions %s', (fractions) => {
    expect(() => inqSchedule({ fractions })).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  const laws = scheduleLaws(inqSchedule(), { quantizer: inq(), bits: 4, loss: false });
  for (const law of laws) it(law.title, law.run);
});
