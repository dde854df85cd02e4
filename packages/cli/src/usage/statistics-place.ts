import { extname } from 'node:path';

/** Whether a path of statistics is that of a folder: a JSON file holds those of activations alone. */
export const isFolder = (path: string): boolean => extname(path) !== '.json';

/** Whether the options say what weights are multiplied with: data, or a folder of statistics. */
export const tellsInputs = ({
  calibrate,
  calibration,
}: {
  readonly calibrate?: unknown;
  readonly calibration?: string;
}): boolean => calibrate !== undefined || (calibration !== undefined && isFolder(calibration));
