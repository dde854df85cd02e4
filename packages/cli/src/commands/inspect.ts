import { basename } from 'node:path';

import { inspectModel, readModel } from '@lowbit/onnx';

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
  const inspection = inspectModel(readModel(bytes, basename(model)));
  if (options.json) writeJson(io.stdout, { input: model, ...inspection });
  else io.stdout.write(inspectionText(inspection, io));
}
