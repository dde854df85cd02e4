import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { trainableMemory } from '../../test/trainable-memory-port.js';
import { applyPlan, makePlan, quantize, registry, train } from '../index.js';
import { checkOptionNames } from './check-option-names.js';
import { isLowbitError } from './error.js';

const bag = () => ({ a: { shape: [2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) } });
const recipe = { registry: registry([coarse()]), bits: 4 };

async function problemsOf(work: () => unknown) {
  try {
    await work();
    return [];
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    return error.problems.map(({ code, where, remedy }) => ({ code, where, remedy }));
  }
}

const unknown = (where: string, name: string, meant: string) => ({
  code: 'unsupported-option',
  where: `${where}: option '${name}'`,
  remedy: `Did you mean ${meant}?`,
});

test('misspelt options are errors, and say what was meant', async () => {
  const typo: object = { sigal: 1, mesure: false };
  expect(await problemsOf(() => quantize(memoryPort(bag()), recipe, typo))).toEqual([
    unknown('quantize', 'sigal', 'signal'),
    unknown('quantize', 'mesure', 'measure'),
  ]);
  const { plan } = await makePlan(memoryPort(bag()), recipe);
  const other: object = { calibraton: {} };
  expect(await problemsOf(() => applyPlan(memoryPort(bag()), plan, recipe.registry, other))).toEqual([
    unknown('applyPlan', 'calibraton', 'calibration'),
  ]);
  const training: object = { batchs: [], resme: {} };
  expect(await problemsOf(() => train(trainableMemory(bag(), bag()), recipe, training))).toEqual([
    unknown('train', 'batchs', 'batches'),
    unknown('train', 'resme', 'resume'),
  ]);
});

test('what is given in another place than its own is told where it goes', async () => {
  const place = {
    where: "quantize: option 'bits'",
    remedy: expect.stringContaining('second argument') as string,
  };
  expect(await problemsOf(() => quantize(memoryPort(bag()), recipe, { bits: 4 } as object))).toMatchObject([
    place,
  ]);
  expect(await problemsOf(() => checkOptionNames({ capture: 'once' }, ['runner'], 'keras'))).toMatchObject([
    { remedy: expect.stringContaining('third argument') as string },
  ]);
});

test('options that are no object are an error', async () => {
  const problems = await problemsOf(() => quantize(memoryPort(bag()), recipe, null as never));
  expect(problems).toMatchObject([{ code: 'invalid-argument', where: 'quantize: options' }]);
});

test('a factory that was not called, and a method of weights for activations, are told', async () => {
  const error = { code: 'invalid-argument', remedy: 'Call it: coarse().' };
  const weights = coarse as never;
  await expect(quantize(memoryPort(bag()), { weights, bits: 4 })).rejects.toMatchObject(error);
  const misspelt = quantize(memoryPort(bag()), { ...recipe, weights: 'min-maxx' });
  await expect(misspelt).rejects.toMatchObject({ code: 'unknown-plugin', remedy: 'Did you mean min-max?' });
});

/** Statistics of which one site lacks everything. */
const damaged = { format: 'lowbit-calibration', version: 1, port: 'memory', batches: 1, sites: { x: {} } };

test('statistics that were edited are told with their place', async () => {
  const { plan } = await makePlan(memoryPort(bag()), recipe);
  const applied = applyPlan(memoryPort(bag()), plan, recipe.registry, { calibration: damaged as never });
  await expect(applied).rejects.toMatchObject({
    code: 'calibration-invalid',
    where: 'calibration: sites["x"].count',
  });
});

test.each([
  [{}, 'calibration-invalid'],
  [Promise.resolve({}), 'invalid-argument'],
])('%s is no calibration', async (calibration, code) => {
  const { plan } = await makePlan(memoryPort(bag()), recipe);
  const options = { calibration: calibration as never };
  await expect(applyPlan(memoryPort(bag()), plan, recipe.registry, options)).rejects.toMatchObject({
    code,
    where: 'calibration',
    remedy: expect.stringContaining('await') as string,
  });
});
