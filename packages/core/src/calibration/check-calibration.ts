import { LowbitError } from '../errors/error.js';

/**
 * Checks that a value is what a port's `observe` gives, and not a promise of it.
 *
 * @throws LowbitError `invalid-argument` for a promise, `calibration-invalid` for anything else.
 */
export function checkCalibration(given: unknown): void {
  const { then, format, version, sites } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof then === 'function')
    throw new LowbitError({
      code: 'invalid-argument',
      where: 'calibration',
      expected: 'statistics',
      received: 'a promise',
      remedy: 'Await it: calibration: await port.observe(…).',
    });
  const isRecord = typeof sites === 'object' && sites !== null && !Array.isArray(sites);
  if (format === 'lowbit-calibration' && version === 1 && isRecord) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: 'calibration',
    expected: "what a port's observe gave, of version 1",
    received: `format ${String(format)}, version ${String(version)}`,
    remedy: 'Observe the model: calibration: await port.observe(…).',
  });
}
