import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { chain, samples } from '../../test/running-memory-port.js';
import {
  applyPlan,
  type BitPolicyChoice,
  byName,
  cascade,
  ends,
  isLowbitError,
  LowbitError,
  makePlan,
  type ProgressEvent,
  quantize,
  type QuantizationPlan,
  type QuantizeOptions,
  registry,
  type Recipe,
  type RunOutputs,
} from '../index.js';
import { packedCost, storedPlan } from '../adapter.js';
import { assignBits } from '../method.js';
import { isSameChoice } from '../policy/known.js';
import { atLeast, budget, float, frontier, measure, measureChoices } from '../policy.js';

const known = registry([coarse()]);
const choices = [2, 4, 8];
const recipe = (bits: BitPolicyChoice | number, more: Recipe = {}): Recipe => ({
  registry: known,
  data: [samples(64)],
  bits,
  ...more,
});
const bitsIn = ({ weights }: QuantizationPlan) => weights.map(({ bits }) => bits);
const run = (made: Recipe, options?: QuantizeOptions) => quantize(chain().port, made, options);

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isLowbitError(error)) throw new Error(`expected a LowbitError, got ${String(error)}`);
  return error;
}

describe('a budget of bytes', () => {
  it.each([1252, 1300, 1500, 1800, 2000, 2400])('%s is never exceeded, and is well used', async (bytes) => {
    const { report, plan, measurements } = await run(recipe(budget({ bytes, choices })));
    const { after } = report.modelBytes;
    expect(after).toBeLessThanOrEqual(bytes);
    // The cheapest further step takes more than is left where less than 99 % is used.
    const steps = bitsIn(plan).flatMap((bits, i) => {
      const { candidates } = measurements!.items[i];
      const now = candidates.find((one) => one.bits === bits)!.storedBytes;
      return candidates.map(({ storedBytes }) => storedBytes - now).filter((step) => step > 0);
    });
    expect(after >= 0.99 * bytes || after + Math.min(Infinity, ...steps) > bytes).toBe(true);
  });

  it('spends and gives back what the estimate of the size misses', async () => {
    const { port } = chain();
    const wrong: typeof port = {
      ...port,
      cost: (weight, entry) => ({ storedBytes: 0.8 * packedCost(weight, entry).storedBytes, memoryBytes: 1 }),
    };
    const { report, measurements } = await quantize(wrong, recipe(budget({ bytes: 1600, choices })));
    expect(report.modelBytes.after).toBeLessThanOrEqual(1600);
    expect(measurements!.written.length).toBeGreaterThan(1);
  });

  it('is that of the files of the caller, where they are others', async () => {
    const made = recipe(budget({ bytes: 2400, choices }));
    const { report } = await run(made, { sizeOf: () => Promise.resolve(2400) });
    expect(report.modelBytes.after).toBeLessThan(2400);
    const error = await failure(run(made, { sizeOf: () => 2401 }));
    expect(error.code).toBe('budget-infeasible');
  });

  it('that nothing keeps is told before anything is run', async () => {
    const { port, runs } = chain();
    const least = await failure(quantize(port, recipe(budget({ bytes: 1251, choices }))));
    expect(least.expected).toContain('at least 1252 bytes');
    expect(runs).toEqual([]);
  });

  it('that nothing keeps names what narrower parameters take, which is attained', async () => {
    for (const limit of ['bytes', 'averageBits'] as const) {
      const least = await failure(run(recipe(budget({ [limit]: 1, choices }))));
      const size = Number(
        /\(parameterStorage: 'float16'\): then it takes ([\d.]+) (bytes|stored bits a value) at least/.exec(
          least.remedy!,
        )?.[1],
      );
      const narrow = { parameterStorage: 'float16' } as const;
      const bits = budget({ [limit]: size, choices });
      await expect(run(recipe(bits))).rejects.toMatchObject({ code: 'budget-infeasible' });
      const { report } = await run(recipe(bits, narrow));
      expect(limit === 'bytes' ? report.modelBytes.after : report.bitsPerWeight).toBeLessThanOrEqual(size);
      const less = await failure(run(recipe(budget({ [limit]: 1, choices }), narrow)));
      expect(less.remedy).not.toContain('parameterStorage');
    }
  });

  it('that nothing keeps does not name narrower parameters where the form of the port has none', async () => {
    const { port } = chain();
    const plain: typeof port = {
      ...port,
      write(outcome) {
        const writer = port.write(outcome);
        const isNarrow = outcome.plan.weights.some(
          (entry) => entry.bits !== 'float' && entry.parameterStorage === 'float16',
        );
        const finish = async () => {
          const { modelBytes, storage, ...applied } = await writer.finish();
          // The plan alone is shorter.
          const after = 5000 - (isNarrow ? 3 : 0);
          const told = storage.map((note) => ({ ...note, storedBytes: 100 }));
          return { ...applied, storage: told, modelBytes: { ...modelBytes, after } };
        };
        return { add: (id, tensor) => writer.add(id, tensor), finish };
      },
    };
    const { remedy } = await failure(quantize(plain, recipe(budget({ bytes: 1000, choices }))));
    expect(remedy).not.toContain('parameterStorage');
  });

  it('that nothing keeps is told with what is attainable and what stands against it', async () => {
    const least = await failure(run(recipe(budget({ bytes: 1000, choices }))));
    expect(least).toMatchObject({ code: 'budget-infeasible', received: '1000 bytes' });
    expect(least.expected).toBe(
      'at least 1252 bytes, 500 of them beside these weights; others have 2 bits or more',
    );
    await expect(run(recipe(budget({ bytes: 1252, choices })))).resolves.toBeDefined();
    const rules = [{ match: { name: 'w1' }, bits: 8 }];
    const bits = cascade(float('w0'), atLeast(4, 'w2'), budget({ bytes: 1000, choices }));
    const floors = (await failure(run(recipe(bits, { rules })))).expected;
    expect(floors).toContain('float: w0 (stays float by name)');
    expect(floors).toContain('held: w1 (rule {"name":"w1"}), w2 (at least 4 bits)');
  });
});

describe('where files hold the plan with its reasons', () => {
  /** A file that grows with what the plan says. */
  function telling(told = (plan: QuantizationPlan) => JSON.stringify(plan).length) {
    const { port } = chain();
    const withPlan: typeof port = {
      ...port,
      write(outcome) {
        const writer = port.write(outcome);
        const finish = async () => {
          const { modelBytes, ...applied } = await writer.finish();
          return { ...applied, modelBytes: { ...modelBytes, after: modelBytes.after + told(outcome.plan) } };
        };
        return { add: (id, tensor) => writer.add(id, tensor), finish };
      },
    };
    return withPlan;
  }
  const least = async (bits: BitPolicyChoice, more: Recipe = {}) => {
    const { expected = '' } = await failure(quantize(telling(), recipe(bits, more)));
    return Number(/at least (\d+) bytes/.exec(expected)?.[1]);
  };

  it.each([{}, { decreasing: true }])(
    'the smallest size that is told is attained, and no byte less: %j',
    async (more) => {
      const attainable = await least(budget({ bytes: 1000, choices, ...more }));
      const { report, budget: spent } = await quantize(
        telling(),
        recipe(budget({ bytes: attainable, choices, ...more })),
      );
      expect(report.modelBytes.after).toBe(attainable);
      expect(spent).toMatchObject({ bytes: attainable, leastBytes: attainable });
      expect(await least(budget({ bytes: attainable - 1, choices, ...more }))).toBe(attainable);
    },
  );

  it('a weight that gains no bytes by other bits has those of others, which the file says once', async () => {
    const port = telling((plan) => JSON.stringify(storedPlan(plan)).length);
    const alike: typeof port = {
      ...port,
      cost: (weight, entry) => packedCost(weight, weight.id === 'w3' ? { ...entry, bits: 8 } : entry),
    };
    const plain = await quantize(alike, recipe(4));
    const bits = (bytes: number) => cascade(atLeast(4), budget({ bytes, choices }));
    const error = await failure(quantize(alike, recipe(bits(1000))));
    const attainable = Number(/at least (\d+) bytes/.exec(error.expected!)?.[1]);
    expect(attainable).toBeLessThanOrEqual(plain.report.modelBytes.after);
    const { plan, report, budget: spent } = await quantize(alike, recipe(bits(attainable)));
    expect(report.modelBytes.after).toBe(attainable);
    expect(bitsIn(plan)).toEqual([4, 4, 4, 4]);
    expect(storedPlan(plan).kinds).toHaveLength(1);
    // What it loses is known, though it saves nothing by itself.
    const { measurements, budget: known } = await quantize(alike, recipe(bits(attainable)));
    const { candidates } = measurements!.items[3];
    expect(candidates.map(({ candidate, effect }) => [candidate, effect !== undefined])).toEqual([
      ['4', true],
      ['8', true],
    ]);
    expect(known!.predicted).toBe(spent!.predicted);
  });

  it('weights with the same bits have the same reason', async () => {
    const { plan } = await quantize(telling(), recipe(budget({ bytes: 2700, choices })));
    const { kinds } = storedPlan(plan);
    expect(new Set(bitsIn(plan)).size).toBe(2);
    expect(kinds).toHaveLength(2);
  });

  it('one width everywhere is beaten or taken wherever it fits, so that more bytes lose no more', async () => {
    const ids = Object.keys(chain().model);
    const everywhere = choices.map((bits) => Object.fromEntries(ids.map((id) => [id, String(bits)])));
    const { joint } = await measureChoices(chain().port, [samples(64)], choices, everywhere, {
      recipe: { registry: known },
    });
    for (const [at, bits] of choices.entries()) {
      const { report } = await quantize(telling(), recipe(bits));
      for (const more of [120, 300]) {
        const bytes = report.modelBytes.after + more;
        const { budget: spent } = await quantize(telling(), recipe(budget({ bytes, choices, tries: 3 })));
        expect(spent!.measured!.effect).toBeLessThanOrEqual(1.05 * joint[at].effect);
      }
    }
  });

  it('no size is exceeded, and what is left is less than the cheapest further step takes', async () => {
    const attainable = await least(budget({ bytes: 1000, choices }));
    for (let bytes = attainable; bytes < attainable + 1400; bytes += 97) {
      const { report, budget: spent } = await quantize(
        telling(),
        recipe(budget({ bytes, choices, tries: 3 })),
      );
      const { after } = report.modelBytes;
      expect(after).toBeLessThanOrEqual(bytes);
      expect(spent!.bytes).toBe(after);
      expect(after >= 0.99 * bytes || (spent!.step?.bytes ?? Infinity) > bytes).toBe(true);
    }
  });
});

test('what became of a budget is told', async () => {
  const { budget: spent, plan, measurements } = await run(recipe(budget({ averageBits: 4.4, choices })));
  expect(Object.values(spent!.choice)).toEqual(bitsIn(plan).map(String));
  expect(spent).toMatchObject({ limits: {}, effect: { of: 'outputs', samples: 64 } });
  expect(spent!.measured!.effect).toBeGreaterThan(0);
  const single = measurements!.items.map(
    ({ ids, candidates }) => candidates.find(({ candidate }) => candidate === spent!.choice[ids[0]])!.effect!,
  );
  expect(spent!.predicted).toBeCloseTo(
    single.reduce((sum, effect) => sum + effect, 0),
    12,
  );
  const most = await run(recipe(budget({ bytes: 9e9, choices })));
  expect(most.budget).not.toHaveProperty('step');
  const without = await quantize(chain().port, { registry: known, bits: budget({ bytes: 1800, choices }) });
  expect(without.budget).not.toHaveProperty('effect');
  expect(without.budget!.unverified).toBe(true);
  expect(spent).not.toHaveProperty('unverified');
  expect(await makePlan(chain().port, recipe(4))).not.toHaveProperty('budget');
});

test('with labels of classes it is told how well layers separate them, by depth', async () => {
  const { port } = chain();
  const labels = Array.from({ length: 64 }, (_, i) => i % 2);
  const layers = await port.layers();
  const features: typeof port.features = () => {
    // Classes at 0 and depth + 1, each with as many at 0 as at 1 from there: a spread of ½.
    const valuesAt = (depth: number) => labels.map((label, i) => label * (depth + 1) + (i % 4 < 2 ? 0 : 1));
    const all = layers.map(
      ({ id }, depth) => [id, { dimensions: 1, values: Float32Array.from(valuesAt(depth)) }] as const,
    );
    return Promise.resolve({ labels, layers: new Map(all) });
  };
  const bits = budget({ averageBits: 6, choices });
  const data = [{ ...samples(64), labels }];
  const { budget: spent, measurements } = await quantize({ ...port, features }, recipe(bits, { data }));
  expect(spent!.separability).toEqual(
    layers.map(({ id }, depth) => ({ layer: id, value: (depth + 1) ** 2 })),
  );
  expect(measurements!.separability).toEqual(spent!.separability);
  const without = await quantize({ ...port, features }, recipe(bits));
  expect(without.budget).not.toHaveProperty('separability');
  const known = await quantize(port, recipe(bits, { measurements: measurements! }));
  expect(known.budget!.separability).toEqual(spent!.separability);
  const failing: typeof port.features = () =>
    Promise.reject(new LowbitError({ code: 'calibration-invalid', where: 'data' }));
  const unknown = await quantize({ ...port, features: failing }, recipe(bits, { data }));
  expect(unknown.budget).not.toHaveProperty('separability');
});

test('the curve is measured where that is asked for', async () => {
  const bits = cascade(ends(8), budget({ averageBits: 6, choices }));
  const plain = await run(recipe(bits));
  const { measurements, plan } = await run(recipe(bits), { curve: 6 });
  expect(plan).toEqual(plain.plan);
  expect(frontier(measurements!, { points: 6 }).every(({ measured }) => measured !== undefined)).toBe(true);
  expect(frontier(plain.measurements!, { points: 6 }).every(({ measured }) => measured !== undefined)).toBe(
    false,
  );
  const blind = { registry: known, bits };
  expect((await quantize(chain().port, blind, { curve: 6 })).measurements!.joint).toEqual([]);
  expect(await failure(run(recipe(bits), { curve: -1 }))).toMatchObject({ code: 'invalid-argument' });
});

test('effects are those of labels or of a metric where that is asked for', async () => {
  const metric = (outputs: Record<string, { data: Float32Array }>) => -Math.abs(outputs['y'].data[0]);
  const { budget: spent } = await run(recipe(budget({ averageBits: 4.4, choices, metric, by: 'metric' })));
  expect(spent!.effect!.of).toBe('metric');
  expect(() => budget({ averageBits: 4, by: 'size' as 'labels' })).toThrow("'outputs', 'labels' or 'metric'");
});

test('what others decide stays, counts, and a budget is asked last wherever it stands', async () => {
  const policy = budget({ averageBits: 7, choices });
  for (const bits of [cascade(policy, ends(8)), cascade(ends(8), policy)]) {
    const { plan, measurements } = await run(recipe(bits));
    expect(plan.weights.map(({ reason }) => reason.split(':')[0])).toEqual([
      'first layer',
      'budget',
      'budget',
      'last layer',
    ]);
    expect(measurements!.items[0].candidates.map(({ bits: own }) => own)).toEqual([8]);
  }
  const floor = await run(recipe(cascade(budget({ averageBits: 5, choices }), atLeast(4, 'w2'))));
  expect(bitsIn(floor.plan)[2]).toBeGreaterThanOrEqual(4);
  const left = await run(recipe(budget({ averageBits: 12, choices }), { exclude: ['w3'] }));
  expect(bitsIn(left.plan)[3]).toBe('float');
  const ofBoth = await run(recipe(cascade(policy, ends(8)), { exclude: ['w3'] }));
  expect(bitsIn(ofBoth.plan)[3]).toBe('float');
  const ruled = { rules: [{ match: { name: 'w0' }, bits: 2 }] };
  expect(bitsIn((await run(recipe(policy, ruled))).plan)[0]).toBe(2);
  const misplaced = { rules: [{ match: { name: 'w0' }, bits: policy }] };
  expect(await failure(run(recipe(4, misplaced)))).toMatchObject({ where: 'recipe.rules[0].bits' });
  expect(() => cascade(policy, policy)).toThrow('one policy at most that spends a budget');
});

test('bit operations are refused where no multiplications are known', async () => {
  const { port } = chain();
  const layers = (await port.layers()).map(({ macs, ...layer }) => (void macs, layer));
  const silent: typeof port = { ...port, layers: () => Promise.resolve(layers) };
  const error = await failure(quantize(silent, recipe(budget({ bitOperations: 1000, choices }))));
  expect(error).toMatchObject({ code: 'invalid-argument', where: "budget: option 'bitOperations'" });
});

test('without measurements a budget is not spent', async () => {
  const { weights } = (await makePlan(chain().port, recipe(4))).plan;
  const draft = weights.map(({ id }) => ({ id, bits: 8, reason: 'default' }));
  const layers = await chain().port.layers();
  const call = () => assignBits(budget({ bytes: 9 }), draft, layers);
  expect(call).toThrow(expect.objectContaining({ code: 'calibration-missing', where: "policy 'budget'" }));
});

test('choices that no quantizer offers, and floors above them, are told; those that some offer are left out', async () => {
  const none = await failure(run(recipe(budget({ averageBits: 9, choices: [3, 5] }))));
  expect(none).toMatchObject({ code: 'unsupported-bits', where: "weight 'w0'", received: '3; 5' });
  const floor = cascade(atLeast(9, 'w1'), budget({ averageBits: 9, choices }));
  expect(await failure(run(recipe(floor)))).toMatchObject({ code: 'unsupported-bits', where: "weight 'w1'" });
  const some = await run(recipe(budget({ averageBits: 9, choices: [3, 4] })));
  expect(bitsIn(some.plan)).toEqual([4, 4, 4, 4]);
  expect(() => budget({ bytes: 9, choices: [2.5] })).toThrow('a list of bits');
});

test('weights that are decided at once are named by globs that fit', async () => {
  const bits = (...together: string[][]) => budget({ averageBits: 4.4, choices, together });
  const { plan } = await run(recipe(bits(['w0', 'w3'])));
  expect(bitsIn(plan)[0]).toBe(bitsIn(plan)[3]);
  const error = await failure(run(recipe(bits(['w0', 'zzz*']))));
  expect(error).toMatchObject({ code: 'invalid-argument', received: 'zzz*' });
});

test('spending can be cancelled', async () => {
  const signal = { aborted: false };
  const onProgress = () => void (signal.aborted = true);
  const error = await failure(run(recipe(budget({ bytes: 1800, choices })), { signal, onProgress }));
  expect(error.code).toBe('aborted');
});

test('an average is of stored bits, parameters counted', async () => {
  const { plan, report } = await run(recipe(budget({ averageBits: 6, choices })));
  const stored = report.weights.reduce((sum, { sizes }) => sum + sizes.stored, 0);
  const values = report.weights.reduce((sum, own) => sum + own.values, 0);
  expect((8 * stored) / values).toBeLessThanOrEqual(6);
  expect(new Set(bitsIn(plan)).size).toBeGreaterThan(1);
});

describe('where files hold names and nodes beside codes and parameters', () => {
  const nodes = 100;
  const naming = () => {
    const { port } = chain();
    const named: typeof port = {
      ...port,
      cost: (weight, entry) => {
        const { storedBytes, memoryBytes } = packedCost(weight, entry);
        return { storedBytes: storedBytes + nodes, valueBytes: storedBytes, memoryBytes };
      },
      write(outcome) {
        const writer = port.write(outcome);
        const finish = async () => {
          const { modelBytes, storage, ...applied } = await writer.finish();
          const told = storage.map((note) => ({
            ...note,
            storedBytes: note.storedBytes + nodes,
            valueBytes: note.storedBytes,
          }));
          const after = modelBytes.after + nodes * told.length;
          return { ...applied, storage: told, modelBytes: { ...modelBytes, after } };
        };
        return { add: (id, tensor) => writer.add(id, tensor), finish };
      },
    };
    return named;
  };

  it.each([3.5, 4.4, 6])('an average of %s is of codes and parameters alone', async (averageBits) => {
    const bits = budget({ averageBits, choices });
    const { report, plan, budget: spent } = await quantize(naming(), recipe(bits));
    const plain = await run(recipe(bits));
    expect(report.bitsPerWeight).toBeLessThanOrEqual(averageBits);
    expect(report.bitsPerWeight).toBe(plain.report.bitsPerWeight);
    expect(bitsIn(plan)).toEqual(bitsIn(plain.plan));
    expect(spent!.averageBits).toBe(report.bitsPerWeight);
    expect(report.weights[0].sizes.stored).toBe(plain.report.weights[0].sizes.stored + nodes);
  });

  it('an average and bytes hold together', async () => {
    const averageBits = 6;
    const [loose] = [await quantize(naming(), recipe(budget({ averageBits, choices })))];
    const bytes = loose.report.modelBytes.after - 100;
    const both = await quantize(naming(), recipe(budget({ bytes, averageBits, choices })));
    expect(both.report.modelBytes.after).toBeLessThanOrEqual(bytes);
    const narrow = budget({ bytes: 9e9, averageBits, choices });
    expect(bitsIn((await quantize(naming(), recipe(narrow))).plan)).toEqual(bitsIn(loose.plan));
  });

  it('the least average that is told is attained', async () => {
    const error = await failure(quantize(naming(), recipe(budget({ averageBits: 0.1, choices }))));
    const averageBits = Number(/at least ([\d.]+) stored bits/.exec(error.expected!)?.[1]);
    const { report } = await quantize(naming(), recipe(budget({ averageBits, choices })));
    expect(report.bitsPerWeight).toBeLessThanOrEqual(averageBits);
    expect(report.bitsPerWeight).toBeGreaterThan(averageBits - 0.01);
  });
});

describe('where weights share what each is said to need', () => {
  /** As for constants that a file holds once. */
  const sharing = () => {
    const { port } = chain();
    const cost: typeof port.cost = async (weight, entry) => {
      const { storedBytes, memoryBytes } = await packedCost(weight, entry);
      return { storedBytes: storedBytes + 30, memoryBytes };
    };
    return { ...port, cost };
  };
  const stored = ({ report }: Awaited<ReturnType<typeof run>>) =>
    (8 * report.weights.reduce((sum, { sizes }) => sum + sizes.stored, 0)) /
    report.weights.reduce((sum, { values }) => sum + values, 0);
  const leastOf = async (averageBits: number) => {
    const { expected = '' } = await failure(quantize(sharing(), recipe(budget({ averageBits, choices }))));
    return Number(/at least ([\d.]+) stored bits a value/.exec(expected)?.[1]);
  };

  it('the least average that is told is attained, and no hundredth less', async () => {
    const least = await leastOf(1);
    const bits = budget({ averageBits: least, choices });
    const done = await quantize(sharing(), recipe(bits));
    expect(stored(done)).toBeLessThanOrEqual(least);
    expect(new Set(bitsIn(done.plan))).toEqual(new Set([2]));
    expect(await leastOf(least - 0.01)).toBe(least);
  });

  it('an average is kept by what is written, and used', async () => {
    for (const averageBits of [4.5, 5.5, 6.5, 7.5]) {
      const done = await quantize(sharing(), recipe(budget({ averageBits, choices })));
      expect(stored(done)).toBeLessThanOrEqual(averageBits);
      expect(stored(done)).toBeGreaterThan(0.9 * averageBits);
      expect(done.budget!.limits).toEqual({ averageBits });
      expect(done.budget!.averageBits).toBeCloseTo(stored(done), 9);
      const { plan } = await makePlan(sharing(), recipe(budget({ averageBits, choices })));
      expect(plan.averageBits).toBeCloseTo(stored(done), 9);
      const applied = await applyPlan(sharing(), plan, known);
      expect(applied.plan).toEqual(done.plan);
      expect(done.plan).not.toHaveProperty('averageBits');
    }
  });
});

test('bits never rise with depth where they are to fall, whatever it costs', async () => {
  const averageBits = 5.4;
  const free = await run(recipe(budget({ averageBits, choices })));
  const falling = await run(recipe(budget({ averageBits, choices, decreasing: true })));
  const bits = bitsIn(falling.plan).map(Number);
  expect(bits).toEqual([...bits].sort((a, b) => b - a));
  expect(bitsIn(free.plan)).not.toEqual(bits);
});

test('weights that are decided before are no bound to bits that fall with depth', async () => {
  for (const limit of [{ averageBits: 6.4 }, { minSqnr: 12 }]) {
    const spender = budget({ ...limit, choices, decreasing: true });
    const { plan, budget: told } = await run(recipe(cascade(spender, byName({ w3: 8, w1: 2 }))));
    const [first, second, third, last] = bitsIn(plan).map(Number);
    expect([second, last]).toEqual([2, 8]);
    expect(third).toBeLessThanOrEqual(first);
    expect(third).toBeLessThan(8);
    expect(told!.step!.ids).not.toEqual(['w1']);
  }
});

describe('quality', () => {
  it('takes no more than the decibels that are asked for want', async () => {
    const { report, plan } = await run(recipe(budget({ minSqnr: 20, choices })));
    expect(report.verdict?.outputs?.outputs[0].sqnrDb).toBeGreaterThanOrEqual(20);
    const less = await run(recipe(budget({ minSqnr: 8, choices })));
    expect(less.report.modelBytes.after).toBeLessThan(report.modelBytes.after);
    expect(bitsIn(plan)).not.toEqual([8, 8, 8, 8]);
  });

  it('keeps a loss, of labels or of a metric, by running the result', async () => {
    const { port } = chain();
    const [{ inputs }] = [samples(80)];
    const labels: number[] = [];
    for await (const { y } of port.run!([{ inputs }]))
      for (let row = 0; row < 80; row++) {
        const scores = [...y.data.subarray(8 * row, 8 * row + 8)];
        labels.push(scores.indexOf(Math.max(...scores)));
      }
    const data = [{ inputs, labels }];
    const { measurements, report } = await run(recipe(budget({ maxLoss: 5, choices }), { data }));
    expect(measurements!.joint.at(-1)?.loss).toBeDefined();
    const lossOf = (sizes: typeof report) => sizes.modelBytes.after;
    const strict = await run(recipe(budget({ maxLoss: 0.5, choices }), { data }));
    expect(lossOf(strict.report)).toBeGreaterThan(lossOf(report));
    const metric = (outputs: Record<string, { data: Float32Array }>) => -Math.abs(outputs['y'].data[0]);
    const byMetric = await run(recipe(budget({ maxLoss: 0.2, choices, metric })));
    expect(byMetric.report.modelBytes.after).toBeGreaterThan(0);
  });

  it.each([6, 12, 18, 24, 30])(
    'of %s dB is not gone beyond where results are better than the nearest codes, by which the first choice is found',
    async (minSqnr) => {
      const { port } = chain();
      const better: typeof port = {
        ...port,
        write(outcome) {
          const writer = port.write(outcome);
          const finish = async () => {
            const applied = await writer.finish();
            // A quarter of the error: 12 dB less.
            const run: typeof applied.run = async function* (batches) {
              const originals = port.run!(batches)[Symbol.asyncIterator]();
              for await (const { y } of applied.run!(batches)) {
                const { data } = ((await originals.next()).value as RunOutputs)['y'];
                yield { y: { ...y, data: y.data.map((value, i) => data[i] + 0.25 * (value - data[i])) } };
              }
            };
            return { ...applied, run };
          };
          return { add: (id, tensor) => writer.add(id, tensor), finish };
        },
      };
      const made = recipe(budget({ minSqnr, choices }));
      const { budget: spent, measurements, report } = await quantize(better, made);
      expect(report.verdict!.outputs!.outputs[0].sqnrDb).toBeGreaterThanOrEqual(minSqnr);
      const results = measurements!.joint.filter(({ ofResult }) => ofResult);
      expect(results.length).toBeLessThanOrEqual(12);
      const all = frontier({ ...measurements!, joint: [] }, { points: 2000 });
      const own = all.findIndex(({ choice }) => isSameChoice(choice, spent!.choice));
      const cheaper = all.slice(0, own).findLast(({ predicted }) => predicted > all[own].predicted);
      const known = results.find(({ choice }) => cheaper && isSameChoice(choice, cheaper.choice));
      if (cheaper !== undefined && spent!.result!.sqnrDb! > minSqnr + 0.25)
        expect(known!.sqnrDb).toBeLessThan(minSqnr);
      const { missed } = spent!;
      if (missed !== undefined) expect(missed.sqnrDb).toBeLessThan(minSqnr);
      expect(missed?.bytes ?? 0).toBeLessThan(spent!.bytes!);
      const few = await quantize(better, recipe(budget({ minSqnr, choices, tries: 1 })));
      expect(few.measurements!.joint.filter(({ ofResult }) => ofResult)).toHaveLength(1);
    },
  );

  it('that no choice keeps is told with what is had at best', async () => {
    const error = await failure(run(recipe(budget({ minSqnr: 90, choices: [2, 4] }))));
    expect(error.code).toBe('budget-infeasible');
    expect(error.expected).toMatch(
      /^at most \d+\.\d dB on \d+ samples with what was tried; others have 2 bits or more$/,
    );
    expect(error.remedy).toBe('Ask for what is attainable, or offer wider choices.');
  });

  it('that the replaced weights keep and the result does not is not taken', async () => {
    const { port } = chain();
    const written: number[] = [];
    const spoilt: typeof port = {
      ...port,
      write(outcome) {
        const writer = port.write(outcome);
        const isWide = outcome.entries.every(({ entry }) => entry.bits === 8);
        written.push(Math.min(...outcome.entries.map(({ entry }) => entry.bits)));
        const finish = async () => {
          const applied = await writer.finish();
          const run: typeof applied.run = async function* (batches) {
            for await (const { y } of applied.run!(batches))
              yield { y: { ...y, data: isWide ? y.data : y.data.map((value) => 0.8 * value) } };
          };
          return { ...applied, run };
        };
        return { add: (id, tensor) => writer.add(id, tensor), finish };
      },
    };
    const { plan } = await quantize(spoilt, recipe(budget({ minSqnr: 20, choices })));
    expect(bitsIn(plan)).toEqual([8, 8, 8, 8]);
    expect(written.length).toBeGreaterThan(2);
  });

  /** A port that leaves one weight as it is, since packing it would gain nothing. */
  function leaving(id: string) {
    const { port, model } = chain();
    const { shape, values } = model[id];
    const storedBytes = values.byteLength;
    const partly: typeof port = {
      ...port,
      cost: (weight, entry) =>
        weight.id === id ? { storedBytes, memoryBytes: storedBytes, float: true } : packedCost(weight, entry),
      write(outcome) {
        const entries = outcome.entries.filter(({ weight }) => weight.id !== id);
        const writer = port.write({ ...outcome, entries });
        return {
          add: (own, tensor) => (own === id ? undefined : writer.add(own, tensor)),
          async finish() {
            const applied = await writer.finish();
            const reason = `left as it was, of shape ${shape.join(' × ')}`;
            const note = {
              id,
              form: 'float',
              float: true,
              storedBytes,
              memoryBytes: storedBytes,
              reason,
            } as const;
            return { ...applied, storage: [...applied.storage, note] };
          },
        };
      },
    };
    return partly;
  }

  it.each([2, 4])(
    'that leaves a weight as it is says of it what is said of others: %s bits',
    async (bits) => {
      const made = (bytes: number) =>
        recipe(cascade(atLeast(bits, 'w0', 'w2', 'w3'), budget({ bytes, choices })));
      const { expected = '' } = await failure(quantize(leaving('w1'), made(10)));
      const least = Number(/at least (\d+) bytes/.exec(expected)?.[1]);
      const { plan, report } = await quantize(leaving('w1'), made(least));
      expect(report.modelBytes.after).toBe(least);
      expect(new Set(bitsIn(plan))).toEqual(new Set([bits]));
    },
  );

  it('is told of what is written, in which weights may be left as they are', async () => {
    const made = recipe(budget({ minSqnr: 1, choices: [2] }));
    // With every weight quantized no choice keeps it.
    const error = await failure(run(made));
    expect(error.expected).toMatch(/^at most -/);
    const { report, budget: spent, measurements } = await quantize(leaving('w1'), made);
    const told = report.verdict!.outputs!.outputs[0].sqnrDb!;
    expect(told).toBeGreaterThanOrEqual(1);
    expect(spent!.measured!.sqnrDb).toBeCloseTo(spent!.result!.sqnrDb!, 4);
    expect(spent!.result!.sqnrDb).toBeGreaterThanOrEqual(1);
    const { candidates } = measurements!.items.find(({ ids }) => ids[0] === 'w1')!;
    expect(candidates).toEqual([expect.objectContaining({ float: true, effect: 0, weightError: 0 })]);
    expect(report.skipped.map(({ subject }) => subject)).toEqual(['w1']);
  });

  it('that the result keeps is taken, also where nothing that was measured before it was written does', async () => {
    const plain = leaving('w1');
    // It is not told which weight stays as it is.
    const silent: typeof plain = { ...plain, cost: packedCost };
    const made = recipe(budget({ minSqnr: 1, choices: [2] }));
    const { budget: spent, report, measurements } = await quantize(silent, made);
    expect(spent!.measured!.sqnrDb).toBeLessThan(0);
    expect(spent!.result!.sqnrDb).toBeCloseTo(report.verdict!.outputs!.outputs[0].sqnrDb!, 1);
    expect(spent!.result!.sqnrDb).toBeGreaterThanOrEqual(1);
    expect(measurements!.joint.filter(({ ofResult }) => ofResult)).toHaveLength(1);
    const { expected } = await failure(quantize(silent, recipe(budget({ minSqnr: 9, choices: [2] }))));
    expect(expected).toMatch(/^at most 1\.\d dB on \d+ samples with what was tried/);
    const sized = recipe(budget({ minSqnr: 1, bytes: 9000, choices: [2] }));
    expect((await quantize(silent, sized)).budget!.result).toEqual(spent!.result);
  });

  it('and a size are kept together, or neither is', async () => {
    const both = await run(recipe(budget({ bytes: 2200, minSqnr: 20, choices })));
    expect(both.report.modelBytes.after).toBeLessThanOrEqual(2200);
    expect(both.report.verdict?.outputs?.outputs[0].sqnrDb).toBeGreaterThanOrEqual(20);
    const error = await failure(run(recipe(budget({ bytes: 1300, minSqnr: 20, choices, tries: 4 }))));
    expect(error).toMatchObject({ code: 'budget-infeasible', received: '1300 bytes, 20 dB at least' });
    expect(error.expected).toMatch(
      /^at least 1252 bytes, 500 of them beside these weights; at most \d+\.\d dB on \d+ samples with what was tried/,
    );
  });

  it('wants data, labels, and a port that runs its model', async () => {
    const { port } = chain();
    const without = await failure(
      quantize(port, { registry: known, bits: budget({ minSqnr: 20, choices }) }),
    );
    expect(without).toMatchObject({ code: 'calibration-missing', received: 'no data' });
    const still = memoryPort(chain().model);
    const cannot = await failure(quantize(still, recipe(budget({ minSqnr: 20, choices }))));
    expect(cannot.received).toBe("a port 'memory' that cannot");
    expect(await failure(run(recipe(budget({ maxLoss: 1, choices }))))).toMatchObject({
      code: 'calibration-invalid',
    });
  });
});

test('without data bits are chosen by the errors of weights, which reasons and warnings say', async () => {
  const { port } = chain();
  const { plan, report, measurements } = await quantize(port, {
    registry: known,
    bits: budget({ bytes: 1800, choices }),
  });
  expect(measurements).not.toHaveProperty('effect');
  expect(plan.weights[0].reason).toContain('unverified');
  expect(report.warnings).toContainEqual(expect.stringContaining('unverified: give data'));
});

test('where all weights get the same, graph and weights are those of a run without a policy', async () => {
  const { model, plan } = await run(recipe(budget({ bytes: 5000, choices })));
  expect(bitsIn(plan)).toEqual([8, 8, 8, 8]);
  const plain = await run(recipe(8));
  expect(model).toEqual(plain.model);
  const withoutReason = ({ weights }: QuantizationPlan) => weights.map((entry) => ({ ...entry, reason: '' }));
  expect(withoutReason(plan)).toEqual(withoutReason(plain.plan));
});

test('candidates differ in method, granularity and parameter storage too', async () => {
  const wide = { ...coarse('wide'), configured: { stretch: 2 } };
  const bits = budget({
    averageBits: 5,
    choices: [2, 4, { bits: 4, granularity: 'tensor', parameterStorage: 'float16' }],
    methods: ['min-max', wide],
  });
  const { plan, measurements } = await run(recipe(bits));
  expect(measurements!.items[0].candidates.map(({ candidate }) => candidate)).toEqual([
    '2 by min-max',
    '2 by wide:stretch=2',
    '4 by min-max',
    '4 by min-max, tensor, parameters float16',
    '4 by wide:stretch=2',
    '4 by wide:stretch=2, tensor, parameters float16',
  ]);
  const kinds = plan.weights.map((entry) => (entry.bits === 'float' ? '' : entry.parameterStorage));
  expect(kinds).toContain('float16');
});

test('the whole is measured, and swaps are tried while they help', async () => {
  const told: ProgressEvent[] = [];
  const { measurements, plan } = await run(recipe(budget({ averageBits: 4.4, choices, tries: 6 })), {
    onProgress: (event) => void (event.id === 'all weights together' && told.push(event)),
  });
  const { joint } = measurements!;
  expect(told.map(({ done }) => done)).toEqual(told.map((_, i) => i));
  expect(told[0]).toEqual({ phase: 'measure', done: 0, total: 6, id: 'all weights together' });
  expect(told.slice(1).every(({ done, total, secondsLeft }) => total > done && secondsLeft! >= 0)).toBe(true);
  expect(joint.length).toBeGreaterThan(1);
  const best = joint.reduce((one, other) => (other.effect < one.effect ? other : one));
  expect(Object.values(best.choice)).toEqual(bitsIn(plan).map(String));
});

test('what was measured before is not measured again, and a plan is made without data by it', async () => {
  const bits = budget({ averageBits: 5, choices });
  const first = await makePlan(chain().port, recipe(bits));
  const { measurements } = first;
  const given = JSON.parse(JSON.stringify(measurements)) as typeof measurements & object;
  const { port, runs } = chain();
  const again = await makePlan(port, { registry: known, bits, measurements: given });
  expect(runs).toEqual([]);
  expect(again.plan).toEqual(first.plan);
  expect(await makePlan(chain().port, recipe(bits))).toMatchObject({ plan: first.plan });
  const broken = { registry: known, bits, measurements: { ...given, items: [{}] } as never };
  expect(await failure(makePlan(port, broken))).toMatchObject({ where: 'recipe.measurements.items[0].ids' });
});

test('weights that no grid serves stay float', async () => {
  const { port, model } = chain();
  model['w2'].values[3] = 3.3e38;
  const { plan } = await quantize(port, { registry: known, bits: budget({ averageBits: 14, choices }) });
  expect(bitsIn(plan)[2]).toBe('float');
});

test('that weights spoil each other is said', async () => {
  const { port } = chain();
  const measurements = await measure(port, [samples(64)], choices, { recipe: { registry: known } });
  const items = measurements.items.map((item) => ({
    ...item,
    candidates: item.candidates.map((own) => ({ ...own, effect: own.effect! / 1000 })),
  }));
  const misleading = { ...measurements, items };
  const bits = budget({ averageBits: 3.5, choices });
  const { report } = await run(recipe(bits, { measurements: misleading }));
  expect(report.warnings).toContainEqual(expect.stringContaining('weights spoil each other'));
});

test('names decide beside a budget', async () => {
  const bits = cascade(byName({ w1: 8 }), budget({ averageBits: 6, choices, together: [['w0', 'w2']] }));
  const { plan, measurements } = await run(recipe(bits));
  const [first, second, third] = bitsIn(plan);
  expect(second).toBe(8);
  expect(first).toBe(third);
  expect(measurements!.items.map(({ ids }) => ids)).toContainEqual(['w0', 'w2']);
});
