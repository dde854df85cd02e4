import { LowbitError } from '@lowbit/core';
import { mergeMeasurements, type Measurements } from '@lowbit/core/policy';
import { mergeSweeps } from '@lowbit/report';
import { sweepText, type SweepDocument } from '@lowbit/report/text';

import { checkOutputs } from '../files/check-outputs.js';
import { readJson } from '../files/read-json.js';
import { writeOutputs } from '../files/write-outputs.js';
import type { Io } from '../io.js';
import { colorsFor } from '../output/colors.js';
import { jsonText, writeJson } from '../output/json.js';
import { throwAsUsage } from '../usage/usage-error.js';

export interface MergeOptions {
  readonly output?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly force?: true;
}

/** `lowbit merge`: puts together what shares of one work have given, as if one had done it. */
export async function mergeCommand(paths: readonly string[], options: MergeOptions, io: Io): Promise<void> {
  const { output, json, quiet, force = false } = options;
  if (output !== undefined) await checkOutputs([{ path: output, label: '--output' }], paths, force);
  const parts: unknown[] = [];
  const remedy = 'Give files that lowbit sweep or lowbit measure wrote with --output.';
  for (const path of paths) parts.push(await readJson(path, { code: 'invalid-argument', remedy }, io.signal));
  const merged = mergedParts(paths, parts);
  if (output !== undefined)
    await writeOutputs([{ path: output, data: jsonText(merged) }], { force, signal: io.signal });
  if (quiet) return;
  if (json || output === undefined) writeJson(io.stdout, merged);
  else if (isSweep(merged)) io.stdout.write(sweepText(merged, colorsFor(io.stdout)));
  else io.stdout.write(`${output}: ${merged.items.length} weights are measured\n`);
}

function mergedParts(paths: readonly string[], parts: readonly unknown[]): SweepDocument | Measurements {
  if (parts.every(isSweep)) return mergeSweeps(parts);
  if (!parts.some(isSweep) && parts.every(isMeasured)) {
    try {
      return mergeMeasurements(parts);
    } catch (error) {
      return throwAsUsage(error);
    }
  }
  const strange = parts.findIndex((part) => !isSweep(part) && !isMeasured(part));
  throw new LowbitError({
    code: 'invalid-argument',
    where: paths[Math.max(strange, 0)],
    expected: 'shares of one work: all of lowbit sweep, or all of lowbit measure',
    received: strange < 0 ? 'some of each' : 'another file',
  });
}

const formatOf = (part: unknown): unknown => (Object(part) as { format?: unknown }).format;
const isSweep = (part: unknown): part is SweepDocument => formatOf(part) === 'lowbit-sweep';
const isMeasured = (part: unknown): part is Measurements => formatOf(part) === 'lowbit-measurements';
