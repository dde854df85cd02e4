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
import { boundaryMask, mlqSchedule } from './mlq-schedule.js';
import { emlq } from './emlq.js';
import { mlq } from './mlq.js';

const random = seededRandom(2);
const spread = (count: number) =>
  Float32Array.from({ length: count }, () => random() + random() + random() - 1.5);

function weight(id: string, depth: number, values: Float32Array, method = mlq()): ScheduledWeight {
  const options = optionsOf(method, {});
  const context = { role: 'weight', bits: 2, options, random: seededRandom(0) } as const;
  const tensor = encode(values, [values.length], 'tensor', {
    bits: 2,
    fit: (slice) => method.fit(slice, context),
  });
  const frozen = new Uint8Array(values.length);
  return { id, layer: id, depth, bits: 2, options, values, tensor, quantized: decode(tensor), frozen };
}

function state(
  schedule: Schedule,
  weights: readonly ScheduledWeight[],
  loss?: ScheduleState['loss'],
): ScheduleState {
  const extra = loss === undefined ? {} : { loss };
  return { finished: 0, weights, options: optionsOf(schedule, {}), memory: {}, random, ...extra };
}

/** The ids that each round of a run names, and whether it held them whole, without training in between. */
async function run(schedule: Schedule, start: readonly ScheduledWeight[], loss?: ScheduleState['loss']) {
  const rounds: string[] = [];
  let weights = start;
  for (let finished = 0; finished < 50; finished++) {
    const round = await schedule.next({ ...state(schedule, weights, loss), finished });
    if (round === null) return rounds;
    const hold = round.hold!;
    rounds.push([...hold].map(([id, mask]) => (mask.includes(0) ? id : id.toUpperCase())).join(' '));
    weights = weights.map((each) => ({ ...each, frozen: hold.get(each.id) ?? each.frozen }));
  }
  throw new Error('the schedule does not end');
}

const five = ['a', 'b', 'c', 'd', 'e'].map((id, depth) => weight(id, depth, spread(60)));

describe('mlqSchedule', () => {
  it('goes through the groups with the boundary clusters, then with the middle ones', async () => {
    const schedule = mlqSchedule({ order: 'depth' });
    expect(await run(schedule, five)).toEqual(['a b', 'c d', 'e', 'A B', 'C D', 'E']);
  });

  it('finishes each group before the next when interleaved', async () => {
    const schedule = mlqSchedule({ order: 'depth', groups: 2, interleave: true });
    expect(await run(schedule, five)).toEqual(['a b c', 'A B C', 'd e', 'D E']);
    expect(await run(mlqSchedule({ groups: 1, order: 'depth' }), five)).toEqual(['a b c d e', 'A B C D E']);
  });

  it('compares the loss of all waiting layers: those that it helps first, then the largest rises', async () => {
    const rises: Record<string, number> = { a: 0.1, b: 0.3, c: -0.2, d: 0.2, e: 0 };
    const asked: string[] = [];
    const loss = async (replaced: ReadonlyMap<string, Float32Array>) => {
      const id = [...replaced.keys()].join();
      asked.push(id);
      return 1 + (rises[id] ?? 0);
    };
    const schedule = mlqSchedule({ groups: 5 });
    expect((await run(schedule, five, loss)).slice(0, 5)).toEqual(['c', 'b', 'd', 'a', 'e']);
    expect(asked.slice(0, 6)).toEqual(['', 'a', 'b', 'c', 'd', 'e']);
  });

  it('measures the loss with only the values of the step snapped', async () => {
    const [first] = five as [ScheduledWeight];
    const loss = async (replaced: ReadonlyMap<string, Float32Array>) => {
      const values = replaced.get('a');
      values?.forEach((value, i) => {
        const isMiddle = first.tensor.codes[i] === 1;
        expect(value).toBe(isMiddle ? first.values[i] : first.quantized[i]);
      });
      return 1;
    };
    const round = await mlqSchedule().next(state(mlqSchedule(), [first], loss));
    expect(round!.hold!.get('a')).toEqual(first.tensor.codes.map((code) => (code === 1 ? 0 : 1)));
  });

  it('takes the order from the quantizer, and says so when there is no loss to order by', async () => {
    const named = async (order: 'loss' | 'depth') => {
      const one = weight('a', 0, spread(20), mlq({ order }));
      return (await mlqSchedule().next(state(mlqSchedule(), [one])))!.name;
    };
    expect(await named('depth')).toBe('boundary clusters of a');
    expect(await named('loss')).toContain('ordered by depth as there are no batches');
    const all = mlqSchedule({ groups: 1, order: 'depth' });
    expect((await all.next(state(all, five)))!.name).toBe('boundary clusters of a, b, c and 2 more');
  });

  it('is done with empty weights, and in one step with what its codebook represents exactly', async () => {
    const schedule = mlqSchedule({ order: 'depth' });
    expect(await run(schedule, [weight('a', 0, new Float32Array(0))])).toEqual([]);
    expect(await run(schedule, [weight('a', 0, Float32Array.of(1, 2, 1))])).toEqual(['A']);
  });

  it('knows the boundary clusters of one, two and three levels', () => {
    const masked = (values: number[]) => [...boundaryMask(weight('a', 0, Float32Array.from(values)))];
    expect(masked([-1, -1.1, 0, 0.1, 1, 1.2])).toEqual([1, 1, 0, 0, 1, 1]);
    expect(masked([1, 1.1, 3, 3.1])).toEqual([0, 0, 1, 1]);
    expect(masked([-1, -1.1, -3, -3.1])).toEqual([0, 0, 1, 1]);
    expect(masked([2, 2, 2])).toEqual([1, 1, 1]);
  });

  it('refuses options that it does not have, or out of range', () => {
    expect(() => mlqSchedule({ group: 2 } as never)).toThrowError(
      expect.objectContaining({ code: 'unsupported-option', remedy: 'Did you mean groups?' }),
    );
    expect(() => optionsOf(mlqSchedule({ groups: 0 }), {})).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  describe.each([
    { name: 'mlq, by loss', schedule: mlqSchedule(), quantizer: mlq(), loss: true },
    { name: 'mlq, no loss', schedule: mlqSchedule({ groups: 2 }), quantizer: mlq(), loss: false },
    {
      name: 'mlq, interleaved',
      schedule: mlqSchedule({ interleave: true }),
      quantizer: mlq({ zero: 'pinned' }),
      loss: true,
    },
    { name: 'emlq', schedule: mlqSchedule({ order: 'depth' }), quantizer: emlq(), loss: true },
  ])('$name', ({ schedule, quantizer, loss }) => {
    for (const law of scheduleLaws(schedule, { quantizer, bits: 2, loss })) it(law.title, law.run);
  });
});
