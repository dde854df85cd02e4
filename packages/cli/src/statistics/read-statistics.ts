import { LowbitError, type Calibration } from '@lowbit/core';
import { checkCalibration, type PlannedWork } from '@lowbit/core/adapter';
import { readJson } from '../files/read-json.js';

/**
 * Reads statistics of activations that `--save-calibration` wrote.
 *
 * @throws LowbitError `calibration-invalid`, or an error of the file system.
 */
export async function readStatistics(path: string, signal: AbortSignal): Promise<Calibration> {
  const remedy = 'Give a file that --save-calibration wrote; data to run the model on belong to --calibrate.';
  const calibration = await readJson(path, { code: 'calibration-invalid', remedy }, signal);
  checkCalibration(calibration, path, 'Calibrate the model again: --calibrate PATH --save-calibration FILE.');
  return calibration;
}

/**
 * Checks that stored statistics are of the same kind of model, and tell about every place that the plan needs them for.
 *
 * @param port - name of the model's port
 * @param file - where they are from
 * @throws LowbitError `calibration-invalid`.
 */
export function checkStatistics(
  calibration: Calibration,
  { plan, registry }: Pick<PlannedWork, 'plan' | 'registry'>,
  port: string,
  file: string,
): void {
  if (calibration.port !== port) throw ofOtherPort(calibration.port, port, file);
  const isDynamic = (name: string): boolean => Boolean(registry.find('quantizer', name)?.dynamic);
  const sites = (plan.activations ?? []).filter(({ quantizer }) => !isDynamic(quantizer.name));
  const missing = sites.filter(({ id }) => !Object.hasOwn(calibration.sites, id));
  const [first] = missing;
  if (first === undefined) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: file,
    expected: `statistics of all ${sites.length} places of this model`,
    received: `none for ${missing.length} of them, '${first.id}' among these`,
    remedy: 'Statistics belong to one model and one --integers: calibrate again with --calibrate.',
  });
}

function ofOtherPort(received: string, expected: string, where: string): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: `${where}: port`,
    expected: `'${expected}', the kind of this model`,
    received: `'${received}'`,
    remedy: 'Statistics belong to one model: calibrate again with --calibrate.',
  });
}
