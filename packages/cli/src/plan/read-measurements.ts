import { LowbitError, type ModelPort } from '@lowbit/core';
import { mergeMeasurements, type Measurements } from '@lowbit/core/policy';

import { readJson } from '../files/read-json.js';
import type { MeasuredSource } from '../usage/quantize-options.js';
import { reworded } from '../usage/usage-error.js';

const remedy = 'Give what lowbit measure wrote of this very model.';

/**
 * Reads what `lowbit measure` wrote of a model.
 *
 * @throws LowbitError `invalid-argument` for another file, `plan-mismatch` for measurements of another model, or an error of the file
 *   system.
 */
export async function readMeasurements<M>(
  path: string,
  port: ModelPort<M>,
  source: MeasuredSource | undefined,
  signal: AbortSignal,
): Promise<Measurements> {
  const given = (await readJson(path, { code: 'invalid-argument', remedy }, signal)) as Measurements;
  const measured = checked(given, path);
  if (measured.model !== undefined && source !== undefined) {
    const own = await source.identify();
    if (own.hash !== measured.model.hash) throw ofAnother(path, measured.model.name, own.name);
  }
  const ids = new Set((await port.layers()).flatMap(({ weights }) => weights.map(({ id }) => id)));
  const strange = measured.items.flatMap((item) => item.ids).find((id) => !ids.has(id));
  if (strange === undefined && measured.port === port.name) return measured;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: path,
    expected: 'measurements of this model',
    received:
      strange === undefined
        ? `of the port '${measured.port}'`
        : `some of a weight '${strange}', which it does not have`,
    remedy,
  });
}

/** The names may be the same where the bytes are not. */
function ofAnother(path: string, measured: string, own: string): LowbitError {
  return new LowbitError({
    code: 'plan-mismatch',
    where: path,
    expected: `measurements of ${own}, with the bytes that it has`,
    received: measured === own ? `of other bytes by the name ${measured}` : `of ${measured}`,
    remedy,
  });
}

function checked(given: Measurements, path: string): Measurements {
  try {
    return mergeMeasurements([given]);
  } catch (error) {
    if (!(error instanceof LowbitError)) throw error;
    throw reworded(error, (text) => text.replace('mergeMeasurements: parts[0]', path));
  }
}
