import { scheduleLaws } from '@lowbit/conformance';
import { type Slicing, decode, encode } from '@lowbit/core';
import {
  optionsOf,
  type Quantizer,
  type Schedule,
  type ScheduledWeight,
  type ScheduleState,
  seededRandom,
  sliceParameters,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { eslq } from './eslq.js';
import { slq } from './slq.js';
import { slqSchedule } from './slq-schedule.js';

const random = seededRandom(6);
const spread = (count: number) =>
  Float32Array.from({ length: count }, () => random() + random() + random() - 1.5);

function weight(
  values: Float32Array,
  { bits = 5, quantizer = slq(), rows = 1, previous }: Settings = {},
): ScheduledWeight {
  const frozen = previous?.frozen ?? new Uint8Array(values.length);
  const options = optionsOf(quantizer, {});
  const context = { role: 'weight', bits, options, random: seededRandom(0) } as const;
  const slicing: Slicing = rows === 1 ? 'tensor' : { axes: [0] };
  const size = values.length / rows;
  const tensor = encode(values, [rows, size], slicing, {
    bits,
    fit: (slice, s) =>
      previous === undefined
        ? quantizer.fit(slice, context)
        : quantizer.refit!(slice, {
            ...context,
            previous: sliceParameters(previous.tensor.scheme, s),
            frozen: frozen.subarray(s * size, (s + 1) * size),
          }),
  });
  const names = { id: 'w', layer: 'l', depth: 0 };
  return { ...names, bits, options, values, tensor, quantized: decode(tensor), frozen };
}

interface Settings {
  readonly bits?: number;
  readonly quantizer?: Quantizer;
  readonly rows?: number;
  readonly previous?: ScheduledWeight;
}

function state(
  schedule: Schedule,
  weights: readonly ScheduledWeight[],
  finished: number,
  loss?: ScheduleState['loss'],
): ScheduleState {
  const options = optionsOf(schedule, {});
  const extra = loss === undefined ? {} : { loss };
  return { finished, weights, options, memory: {}, random: seededRandom(1), ...extra };
}

/** Runs the schedule on one weight; `train` moves what is free. Gives the weight before each round, and the last. */
async function run(
  schedule: Schedule,
  first: ScheduledWeight,
  settings: Settings,
  loss?: ScheduleState['loss'],
) {
  const shown = [first];
  const names: string[] = [];
  for (let finished = 0; finished < 20; finished++) {
    const now = shown.at(-1)!;
    const round = await schedule.next(state(schedule, [now], finished, loss));
    if (round === null) return { shown, names };
    names.push(round.name);
    const frozen = round.hold!.get('w')!;
    const values = now.values.map((value, i) =>
      frozen[i] === 1 ? now.quantized[i]! : value * (0.9 + 0.2 * random()),
    );
    shown.push(weight(values, { ...settings, previous: { ...now, frozen } }));
  }
  throw new Error('the schedule does not end');
}

const distinct = (values: Float32Array) => [...new Set(values)].sort((a, b) => a - b);
const frozenLevels = ({ values, frozen }: ScheduledWeight) =>
  distinct(values.filter((_, i) => frozen[i] === 1));

describe('slqSchedule', () => {
  it('freezes 5, 9, 13, 15, 17 clusters at 5 bits, zero and the largest first when told by magnitude', async () => {
    const { shown } = await run(slqSchedule({ order: 'magnitude' }), weight(spread(3000)), {});
    const counts = shown.map((each) => frozenLevels(each).length);
    expect(counts).toEqual([0, 5, 9, 13, 15, 17]);
    const levels = distinct(shown[0]!.quantized);
    const largest = levels.filter((level) => level !== 0).sort((a, b) => Math.abs(b) - Math.abs(a));
    expect(frozenLevels(shown[1]!)).toEqual([0, ...largest.slice(0, 4)].sort((a, b) => a - b));
  });

  it('keeps frozen values bit for bit, only adds to them, and ends with all of them', async () => {
    const settings = { bits: 4, rows: 3, quantizer: slq() };
    const { shown } = await run(slqSchedule(), weight(spread(900), settings), settings);
    shown.slice(1).forEach((after, round) => {
      const before = shown[round]!;
      before.frozen.forEach((one, i) => {
        if (one !== 1) return;
        expect(after.frozen[i]).toBe(1);
        expect(after.values[i]).toBe(before.values[i]);
        expect(after.quantized[i]).toBe(before.values[i]);
      });
    });
    expect(shown.at(-1)!.frozen.every((one) => one === 1)).toBe(true);
    expect(shown.at(-1)!.quantized).toEqual(shown.at(-1)!.values);
  });

  it('freezes with a cluster what moved into its cell', async () => {
    const schedule = slqSchedule({ order: 'magnitude' });
    const first = weight(spread(3000));
    const round = await schedule.next(state(schedule, [first], 0));
    const frozen = round!.hold!.get('w')!;
    const values = first.values.map((value, i) => (frozen[i] === 1 ? first.quantized[i]! : value));
    const wanderer = frozen.indexOf(0);
    values[wanderer] = 1e-6;
    const second = weight(values, { previous: { ...first, frozen } });
    expect(second.quantized[wanderer]).toBe(0);
    const next = await schedule.next(state(schedule, [second], 1));
    expect(next!.hold!.get('w')![wanderer]).toBe(1);
  });

  it('knows its options by name', () => {
    expect(() => slqSchedule({ rounds: 3, ordr: 'loss' } as never)).toThrowError(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ code: 'unsupported-option', where: "slqSchedule: option 'rounds'" }),
          expect.objectContaining({ code: 'unsupported-option', remedy: 'Did you mean order?' }),
        ],
      }),
    );
  });

  it('freezes first the cluster whose snapping raises the loss the most, ties by squared error', async () => {
    const first = weight(spread(500), { bits: 3 });
    const schedule = slqSchedule({ order: 'loss', counts: [1, 5] });
    const code = 1;
    const asked: number[] = [];
    const loss = async (replaced: ReadonlyMap<string, Float32Array>) => {
      asked.push(replaced.size);
      const values = replaced.get('w') ?? first.values;
      const moved = values.findIndex((value, i) => value !== first.values[i]);
      return moved >= 0 && first.tensor.codes[moved] === code ? 3 : 2;
    };
    const round = await schedule.next(state(schedule, [first], 0, loss));
    expect(round!.hold!.get('w')).toEqual(first.tensor.codes.map((each) => (each === code ? 1 : 0)));
    expect(asked).toEqual([0, 1, 1, 1, 1, 1]);
    const flat = await schedule.next(state(schedule, [first], 0, async () => 2));
    const bySquares = slqSchedule({ order: 'squared-error', counts: [1, 5] });
    expect(flat!.hold).toEqual((await bySquares.next(state(bySquares, [first], 0)))!.hold);
  });

  it('takes the order from the quantizer, and says so when there is no loss to order by', async () => {
    const values = spread(500);
    const schedule = slqSchedule();
    const next = async (quantizer: Quantizer, given: Schedule) =>
      given.next(state(given, [weight(values, { quantizer })], 0));
    const magnitude = await next(slq({ order: 'magnitude' }), schedule);
    expect(magnitude!.hold).toEqual((await next(slq(), slqSchedule({ order: 'magnitude' })))!.hold);
    expect(magnitude!.name).toBe('slq round 1');
    const fallback = await next(slq(), schedule);
    expect(fallback!.name).toContain('by squared error');
    expect(fallback!.hold).toEqual((await next(slq(), slqSchedule({ order: 'squared-error' })))!.hold);
  });

  it('freezes at once what its codebook represents exactly', async () => {
    const schedule = slqSchedule();
    const tiny = { ...weight(Float32Array.of(0.1, -0.4, 0.3)), id: 'tiny' };
    const empty = { ...weight(new Float32Array(0)), id: 'empty' };
    const round = await schedule.next(state(schedule, [weight(spread(400)), tiny, empty], 0));
    expect(round!.hold!.get('tiny')).toEqual(Uint8Array.of(1, 1, 1));
    expect(round!.hold!.has('empty')).toBe(false);
    expect(round!.hold!.get('w')!.includes(0)).toBe(true);
    expect(await schedule.next(state(schedule, [empty], 0))).toBeNull();
  });

  it('gives each slice its share', async () => {
    const settings = { bits: 3, rows: 4 };
    const first = weight(spread(800), settings);
    const round = await slqSchedule({ order: 'magnitude' }).next(
      state(slqSchedule({ order: 'magnitude' }), [first], 0),
    );
    const mask = round!.hold!.get('w')!;
    for (let row = 0; row < 4; row++) {
      const held = first.quantized.filter((_, i) => Math.floor(i / 200) === row && mask[i] === 1);
      expect(new Set(held).size).toBe(3);
    }
  });

  it('refuses counts that do not ascend', () => {
    expect(() => slqSchedule({ counts: [5, 3] })).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  describe.each([
    { name: 'slq', quantizer: slq(), bits: 5, loss: true },
    { name: 'slq, no loss', quantizer: slq(), bits: 3, loss: false },
    {
      name: 'slq, all codes, exact',
      quantizer: slq({ clusters: 'full', solver: 'exact' }),
      bits: 4,
      loss: true,
    },
    { name: 'slq, 2 bits', quantizer: slq(), bits: 2, loss: true },
    { name: 'slq, 8 bits, by magnitude', quantizer: slq({ order: 'magnitude' }), bits: 8, loss: true },
    { name: 'eslq', quantizer: eslq(), bits: 5, loss: true },
  ])('$name', ({ quantizer, bits, loss }) => {
    for (const law of scheduleLaws(slqSchedule(), { quantizer, bits, loss })) it(law.title, law.run);
  });
});
