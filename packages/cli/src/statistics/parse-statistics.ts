import { LowbitError, type Calibration, type Problem } from '@lowbit/core';

const remedy = 'Calibrate the model again: --calibrate PATH --save-calibration FILE.';

/** Names of the ports that can observe. */
const ports = ['onnx', 'tfjs'];

/** Fields of the range of one site, all of them single numbers. */
const numbers = ['count', 'nonFinite', 'batches', 'min', 'max', 'movingMin', 'movingMax'];

/** Those that statistics have beyond ranges, with `sample` and `histogram`. */
const moments = ['mean', 'deviation'];

/**
 * Checks that a value read from JSON holds statistics of activations; whether they are of this model is for others to
 * say.
 *
 * @param where - the file, for errors
 * @throws LowbitError `calibration-invalid` with every problem found.
 */
export function parseStatistics(value: unknown, where: string): Calibration {
  const problems: Problem[] = [];
  const expect: Expect = (holds, at, expected, received) => {
    if (!holds)
      problems.push({
        code: 'calibration-invalid',
        where: `${where}: ${at}`,
        expected,
        received: shorten(received),
        remedy,
      });
    return holds;
  };
  if (isCalibration(value, expect)) return value;
  const [first, ...rest] = problems;
  throw new LowbitError([first as Problem, ...rest]);
}

/** Tells whether something holds, and everything that does not to whom it may concern. */
type Expect = (holds: boolean, at: string, expected: string, received: unknown) => boolean;

function isCalibration(value: unknown, expect: Expect): value is Calibration {
  const { format, version, port, batches, sites } = isRecord(value) ? value : {};
  return [
    expect(format === 'lowbit-calibration', 'format', "'lowbit-calibration'", format),
    expect(version === 1, 'version', '1', version),
    expect(ports.includes(port as string), 'port', ports.map((name) => `'${name}'`).join(' or '), port),
    expect(isCount(batches), 'batches', 'a count', batches),
    expect(isRecord(sites), 'sites', 'statistics by site', sites),
    ...Object.entries(isRecord(sites) ? sites : {}).map(([id, site]) =>
      isSite(isRecord(site) ? site : {}, `sites[${JSON.stringify(id)}]`, expect),
    ),
  ].every(Boolean);
}

function isSite(site: Readonly<Record<string, unknown>>, at: string, expect: Expect): boolean {
  const fields = isRangeAlone(site) ? numbers : [...numbers, ...moments];
  const ordered = (site['min'] as number) <= (site['max'] as number);
  return [
    ...fields.map((key) => expect(Number.isFinite(site[key]), `${at}.${key}`, 'a number', site[key])),
    expect(ordered, `${at}.max`, 'a number that is not below min', site['max']),
    isRangeAlone(site) || isSpread(site, at, expect),
  ].every(Boolean);
}

function isSpread(
  { sample, histogram }: Readonly<Record<string, unknown>>,
  at: string,
  expect: Expect,
): boolean {
  const isSample = expect(areNumbers(sample), `${at}.sample`, 'a list of numbers', sample);
  const { min, max, counts } = isRecord(histogram) ? histogram : {};
  const isRange = Number.isFinite(min) && Number.isFinite(max) && (min as number) <= (max as number);
  const areCounts = Array.isArray(counts) && counts.length > 0 && counts.every(isCount);
  return expect(isRange && areCounts, `${at}.histogram`, 'min, max and counts', histogram) && isSample;
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
