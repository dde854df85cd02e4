import { basename } from 'node:path';

import { inspectModel, readModel } from '@lowbit/onnx';

import { dataSizes } from '../files/data-sizes.js';
import { readInput } from '../files/read-input.js';
import type { Io } from '../io.js';
import { writeJson } from '../output/json.js';
import { inspectionText } from './inspection-text.js';

export interface InspectOptions {
  readonly json?: true;
}

/** `lowbit inspect`: what a model holds, and what of it can be quantized. */
export async function inspectCommand(model: string, options: InspectOptions, io: Io): Promise<void> {
  const bytes = await readInput(model, io.signal);
  const { externalFiles, ...inside } = inspectModel(readModel(bytes, basename(model)));
  const beside = externalFiles === undefined ? {} : { externalFiles: await dataSizes(model, externalFiles) };
  const inspection = { ...inside, ...beside };
  if (options.json) writeJson(io.stdout, { input: model, ...inspection });
  else io.stdout.write(inspectionText(inspection, io));
}
