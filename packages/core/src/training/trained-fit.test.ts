import { expect, test } from 'vitest';
import { coarse, type MemoryModel } from '../../test/memory-port.js';
import { trainableMemory } from '../../test/trainable-memory-port.js';
import { registry, seededRandom, train, type Quantizer, type Recipe, type Schedule } from '../index.js';

const random = seededRandom(4);
const matrix = () => ({ shape: [4, 16], values: Float32Array.from({ length: 64 }, () => random() - 0.5) });

const twice: Schedule = {
  kind: 'schedule',
  api: 2,
  name: 'twice',
  next: ({ finished }) => (finished === 2 ? null : { name: `${finished}` }),
};

/** Puts a value into weight `a` in the body of the first round; what the run fails with. */
async function toldOf(value: number, recipe: Recipe): Promise<unknown> {
  const model: MemoryModel = { a: matrix(), b: matrix() };
  const run = train(trainableMemory(model, model), recipe);
  try {
    for await (const { number } of run) if (number === 0) model['a']!.values[5] = value;
    return await run.result;
  } catch (error) {
    return error;
  }
}

type Passes = Pick<Quantizer, 'forward' | 'backward'>;

const nothing: Passes = {};
const passes: Record<string, Passes> = {
  backward: { backward: (ops, x, dy) => ({ x: ops.div(dy, ops.sub(x, x)) }) },
  forward: { forward: (ops, x) => ops.sqrt(ops.sub(ops.mul(x, ops.constant(0)), ops.constant(1))) },
};
const recipeOf = (own: Passes, schedule?: Schedule): Recipe => ({
  registry: registry([{ ...coarse(), ...own }]),
  bits: 4,
  ...(schedule && { schedule }),
});

test.each(Object.entries(passes))(
  'a %s that gives NaN is told as the plugin that fails',
  async (member, own) => {
    for (const schedule of [undefined, twice])
      expect(await toldOf(NaN, recipeOf(own, schedule))).toMatchObject({
        code: 'plugin-failed',
        where: `quantizer 'min-max': ${member}`,
        received: expect.stringMatching(/at weight 'a', so that a\[5\] became NaN$/) as string,
      });
  },
);

test('a training that diverges is told as that, whatever it is found by', async () => {
  for (const schedule of [undefined, twice])
    expect(await toldOf(Infinity, recipeOf(nothing, schedule))).toMatchObject({
      code: 'non-finite',
      where: 'a[5]',
      remedy: expect.stringContaining('smaller learning rate') as string,
    });
});

test('what the port fits in the round is told in the same way', async () => {
  const model = { a: matrix(), b: matrix() };
  const port = trainableMemory(model, model);
  for await (const { number } of train(port, recipeOf(passes['backward']!))) {
    expect(number).toBe(0);
    const own = port.simulated.find(({ id }) => id === 'a')!;
    expect(() => own.schemeOf(new Float32Array(64).fill(NaN))).toThrow(
      expect.objectContaining({ code: 'plugin-failed', where: "quantizer 'min-max': backward" }),
    );
    break;
  }
});

test('a pass that cannot be asked with arrays is not blamed, nor a model that came broken', async () => {
  const stubborn = {
    backward: () => {
      throw new Error('tensors of my framework alone');
    },
  };
  expect(await toldOf(NaN, recipeOf(stubborn))).toMatchObject({ code: 'non-finite' });
  const model = { a: matrix(), b: matrix() };
  model.a.values[3] = NaN;
  const run = train(trainableMemory(model, model), recipeOf(passes['backward']!, twice));
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'non-finite',
    remedy: expect.stringContaining('The model holds a broken weight') as string,
  });
});
