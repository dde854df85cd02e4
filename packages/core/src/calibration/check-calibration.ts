import { LowbitError, throwProblems, type Problem } from '../errors/error.js';
import { isPromise } from '../errors/is-promise.js';
import type { Calibration } from './site-statistics.js';

/** Fields of the range of one site, all of them single numbers. */
const numbers = ['count', 'nonFinite', 'batches', 'min', 'max', 'movingMin', 'movingMax'];

/** Those that statistics have beyond ranges, with `sample` and `histogram`. */
const moments = ['mean', 'deviation'];

/**
 * Checks that a value is what a port's `observe` gives, and not a promise of it; whether it is of this model is for others to
 * say.
 *
 * @param where - where it is from, for errors
 * @param remedy - what to do when it is something else
 * @throws LowbitError `invalid-argument` for a promise, `calibration-invalid` with every problem found for anything else.
 */
export function checkCalibration(
  given: unknown,
  where = 'calibration',
  remedy = 'Observe the model: calibration: await port.observe(…).',
): asserts given is Calibration {
  if (isPromise(given))
    throw new LowbitError({
      code: 'invalid-argument',
      where,
      expected: 'statistics',
      received: 'a promise',
      remedy: 'Await it: calibration: await port.observe(…).',
    });
  const { format, version } = isRecord(given) ? given : {};
  if (format !== 'lowbit-calibration' || version !== 1)
    throw new LowbitError({
      code: 'calibration-invalid',
      where,
      expected: "what a port's observe gave: format lowbit-calibration, version 1",
      received: `format ${String(format)}, version ${String(version)}`,
      remedy,
    });
  const problems: Problem[] = [];
  const expect: Expect = (holds, at, expected, received) => {
    const problem = { expected, received: shorten(received), remedy };
    if (!holds) problems.push({ code: 'calibration-invalid', where: `${where}: ${at}`, ...problem });
    return holds;
  };
  checkMembers(given as Readonly<Record<string, unknown>>, expect);
  throwProblems(problems);
}

/** Tells whether something holds, and everything that does not to whom it may concern. */
type Expect = (holds: boolean, at: string, expected: string, received: unknown) => boolean;

function checkMembers(
  { port, batches, sites, inputs }: Readonly<Record<string, unknown>>,
  expect: Expect,
): void {
  expect(typeof port === 'string', 'port', 'the name of a port', port);
  expect(isCount(batches), 'batches', 'a count', batches);
  const { weights, read } = Object(inputs) as Readonly<Record<string, unknown>>;
  const isStatistics = Array.isArray(weights) && typeof read === 'function';
  expect(
    inputs === undefined || isStatistics,
    'inputs',
    'what inputStatistics or loadStatistics gives',
    inputs,
  );
  if (!expect(isRecord(sites), 'sites', 'statistics by site', sites)) return;
  for (const [id, site] of Object.entries(sites as object))
    checkSite(isRecord(site) ? site : {}, `sites[${JSON.stringify(id)}]`, expect);
}

function checkSite(site: Readonly<Record<string, unknown>>, at: string, expect: Expect): void {
  const fields = isRangeAlone(site) ? numbers : [...numbers, ...moments];
  for (const key of fields) expect(Number.isFinite(site[key]), `${at}.${key}`, 'a number', site[key]);
  const ordered = (site['min'] as number) <= (site['max'] as number);
  expect(ordered, `${at}.max`, 'a number that is not below min', site['max']);
  if (isRangeAlone(site)) return;
  checkSpread(site, at, expect);
  if (ordered) checkWithin(site, at, expect);
}

/** Sums are rounded: a mean may lie a little outside. */
const slack = 1e-3;

/** Checks that what was seen lies between the smallest and the largest value. */
function checkWithin(site: Readonly<Record<string, unknown>>, at: string, expect: Expect): void {
  const { min, max, mean, deviation, sample } = site as Readonly<Record<string, number>>;
  const reach = slack * Math.max(Math.abs(min as number), Math.abs(max as number));
  const isWithin = (value: number, beyond: number) =>
    value >= (min as number) - beyond && value <= (max as number) + beyond;
  expect(isWithin(mean as number, reach), `${at}.mean`, `a number from ${min} to ${max}`, mean);
  expect((deviation as number) >= 0, `${at}.deviation`, 'a number from 0', deviation);
  const outside = areNumbers(sample) ? sample.find((value) => !isWithin(value, reach)) : undefined;
  expect(outside === undefined, `${at}.sample`, `numbers from ${min} to ${max}`, outside);
}

function checkSpread(
  { sample, histogram }: Readonly<Record<string, unknown>>,
  at: string,
  expect: Expect,
): void {
  expect(areNumbers(sample), `${at}.sample`, 'a list of numbers', sample);
  const { min, max, counts } = isRecord(histogram) ? histogram : {};
  const isRange = Number.isFinite(min) && Number.isFinite(max) && (min as number) <= (max as number);
  const areCounts = Array.isArray(counts) && counts.length > 0 && counts.every(isCount);
  expect(isRange && areCounts, `${at}.histogram`, 'min, max and counts', histogram);
}

/** Whether ranges were all that was asked for. */
function isRangeAlone(site: Readonly<Record<string, unknown>>): boolean {
  return [...moments, 'sample', 'histogram'].every((key) => !(key in site));
}

function areNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => Number.isFinite(number));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
