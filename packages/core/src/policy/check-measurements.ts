import type { MeasuredModel, Measurements } from '../contract/measurements.js';
import { LowbitError } from '../errors/error.js';
import { wordValue } from '../errors/word-value.js';

/** @throws LowbitError `invalid-argument` for what is no measurements, or not whole, with the first place that is wrong. */
export function checkMeasurements(value: unknown, where: string): asserts value is Measurements {
  const given = Object(value) as Record<string, unknown>;
  const expect = (fits: boolean, at: string, expected: string, received: unknown): void => {
    if (fits) return;
    throw new LowbitError({
      code: 'invalid-argument',
      where: `${where}${at}`,
      expected,
      received: wordValue(received),
      remedy: 'Give what measure(port, batches, candidates) gave, or its JSON.',
    });
  };
  expect(given['format'] === 'lowbit-measurements', '', 'measurements', value);
  expect(given['version'] === 1, '.version', '1', given['version']);
  expect(typeof given['port'] === 'string', '.port', 'the name of a port', given['port']);
  const model = given['model'] as Partial<MeasuredModel> | undefined | null;
  const isTold = model === undefined || (isText(model?.name) && isText(model?.hash));
  expect(isTold, '.model', 'a name and a hash', model);
  for (const name of ['items', 'joint', 'written'])
    expect(Array.isArray(given[name]), `.${name}`, 'a list', given[name]);
  const { separability } = given;
  const isListed = separability === undefined || (Array.isArray(separability) && separability.every(isValue));
  expect(isListed, '.separability', 'a layer and a value each', separability);
  for (const [i, item] of (given['items'] as readonly unknown[]).entries()) {
    const { ids, candidates } = Object(item) as Record<string, unknown>;
    expect(Array.isArray(ids) && ids.every(isText), `.items[${i}].ids`, 'ids of weights', ids);
    const fits = Array.isArray(candidates) && candidates.every(isCandidate);
    expect(fits, `.items[${i}].candidates`, 'candidates with bits, bytes and an error', candidates);
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';

function isValue(one: unknown): boolean {
  const { layer, value } = Object(one) as Record<string, unknown>;
  return isText(layer) && typeof value === 'number';
}

function isCandidate(value: unknown): boolean {
  const { candidate, bits, storedBytes, weightError } = Object(value) as Record<string, unknown>;
  const hasBits = bits === 'float' || typeof bits === 'number';
  return isText(candidate) && hasBits && typeof storedBytes === 'number' && typeof weightError === 'number';
}
