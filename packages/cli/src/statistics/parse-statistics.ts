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
  const document = isRecord(value) ? value : {};
  const problems: Problem[] = [];
  const expect = (holds: boolean, at: string, expected: string, received: unknown): void => {
    if (holds) return;
    problems.push({
      code: 'calibration-invalid',
      where: `${where}: ${at}`,
      expected,
      received: shorten(received),
      remedy,
    });
  };
  const { format, version, port, batches, sites } = document;
  expect(format === 'lowbit-calibration', 'format', "'lowbit-calibration'", format);
  expect(version === 1, 'version', '1', version);
  expect(ports.includes(port as string), 'port', ports.map((name) => `'${name}'`).join(' or '), port);
  expect(isCount(batches), 'batches', 'a count', batches);
  expect(isRecord(sites), 'sites', 'statistics by site', sites);
  for (const [id, site] of Object.entries(isRecord(sites) ? sites : {}))
    checkSite(isRecord(site) ? site : {}, `sites[${JSON.stringify(id)}]`, expect);
  const [first, ...rest] = problems;
  if (first !== undefined) throw new LowbitError([first, ...rest]);
  return document as unknown as Calibration;
}

type Expect = (holds: boolean, at: string, expected: string, received: unknown) => void;

function checkSite(site: Readonly<Record<string, unknown>>, at: string, expect: Expect): void {
  const fields = isRangeAlone(site) ? numbers : [...numbers, ...moments];
  for (const key of fields) expect(Number.isFinite(site[key]), `${at}.${key}`, 'a number', site[key]);
  const ordered = (site['min'] as number) <= (site['max'] as number);
  expect(ordered, `${at}.max`, 'a number that is not below min', site['max']);
  if (isRangeAlone(site)) return;
  const { sample, histogram } = site;
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
