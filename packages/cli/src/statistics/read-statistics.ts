import { LowbitError, loadStatistics, type Calibration } from '@lowbit/core';
import { checkCalibration, type PlannedWork } from '@lowbit/core/adapter';
import { join } from 'node:path';
import { readInput } from '../files/read-input.js';
import { readJson } from '../files/read-json.js';
import { isFolder } from '../usage/statistics-place.js';

/**
 * Reads statistics that `--save-calibration` wrote: of activations, or a folder with those of the inputs of weights too.
 *
 * @throws LowbitError `calibration-invalid`, or an error of the file system.
 */
export async function readStatistics(path: string, signal: AbortSignal): Promise<Calibration> {
  const remedy = 'Give a file that --save-calibration wrote; data to run the model on belong to --calibrate.';
  const problem = { code: 'calibration-invalid', remedy } as const;
  if (isFolder(path)) {
    const head = await readJson(join(path, 'statistics.json'), problem, signal);
    return loadStatistics(head, (name) => readInput(join(path, name), signal));
  }
  const calibration = await readJson(path, problem, signal);
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
  if (plan.activations === undefined && calibration.inputs === undefined) throw ofActivationsAlone(file);
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

const ofActivationsAlone = (where: string): LowbitError =>
  new LowbitError({
    code: 'calibration-invalid',
    where,
    expected: 'statistics of the inputs of weights, since activations are not quantized',
    received: 'statistics of activations alone',
    remedy:
      'Give a folder that --save-calibration FOLDER wrote, or quantize activations too: --activations METHOD.',
  });

function ofOtherPort(received: string, expected: string, where: string): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: `${where}: port`,
    expected: `'${expected}', the kind of this model`,
    received: `'${received}'`,
    remedy: 'Statistics belong to one model: calibrate again with --calibrate.',
  });
}
