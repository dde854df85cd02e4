import { cascade, ends, isLowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { quantizationLine } from '@lowbit/report/text';
import { type FolderOptions, type FolderResult, quantizeFolder } from '@lowbit/transformers';
import { basename } from 'node:path';

import { SomeFailed } from '../failure.js';
import { isSameFile } from '../files/check-outputs.js';
import { fittedName } from '../files/output-name.js';
import type { Io } from '../io.js';
import type { Colors } from '../output/colors.js';
import { createProgress } from '../output/progress.js';
import { tell } from '../output/tell.js';
import { bitsPolicy } from '../quantize/recipe.js';
import { loadRuntime, manyThreads } from '../runtime/load-runtime.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { throwAsUsage, usageError } from '../usage/usage-error.js';
import { folderData } from './folder-data.js';
import { readFolder } from './read-folder.js';
import { inStagedFolder } from './staged-folder.js';

/** `lowbit quantize FOLDER --for transformers.js`: writes a folder with every graph in the dtypes that are asked for. */
export async function quantizeTransformers(
  [from, ...others]: readonly string[],
  options: QuantizeOptions,
  io: Io,
): Promise<void> {
  if (from === undefined || others.length > 0)
    throw usageError({ where: '--for', expected: 'one folder', received: `${others.length + 1} models` });
  const { dtype = [], json, quiet, force = false } = options;
  const to = options.output ?? fittedName(from.replace(/[\\/]+$/, ''), '_transformers');
  if (await isSameFile(from, to))
    throw usageError({ where: '--output', expected: 'a folder of its own', received: to });
  const progress = createProgress(io.stderr, json !== true && quiet !== true);
  const folder = await readFolder(from, io.signal);
  const asked = { dtypes: dtype, signal: io.signal, onProgress: progress.update };
  const settings = { ...asked, ...(await settingsOf(options, io.signal)) };
  const isKept = ({ written }: FolderResult) => written.length > 0;
  const result = await inStagedFolder({ from, to, force, isKept }, (writer) =>
    quantizeFolder(folder, settings, writer),
  )
    .catch(throwAsUsage)
    .finally(progress.end);
  const [first] = result.written;
  const next =
    first &&
    `AutoModel.from_pretrained(${JSON.stringify(basename(to))}, { dtype: ${JSON.stringify(first.dtype)} })`;
  const document = { input: from, output: to, ...result };
  tell(io.stdout, options, { document, text: (colors) => resultText(to, result, colors), next });
  if (result.refused.length > 0) throw new SomeFailed();
}

/** What the options say of bits, rounding and data, for every graph. */
async function settingsOf(options: QuantizeOptions, signal: AbortSignal): Promise<Partial<FolderOptions>> {
  const { calibrate, runtime, rounding, correctBiases, granularity, methods, firstLast } = options;
  const { include, exclude, includeOp: includeOps, excludeOp: excludeOps, keepFloat32 } = options;
  const filters = { include, exclude, includeOps, excludeOps, keepFloat32 };
  const policies = [
    ...(typeof options.bits === 'string' ? [bitsPolicy({ choices: packedChoices, ...options })] : []),
    ...(firstLast === undefined ? [] : [ends(firstLast)]),
  ];
  const bits = policies.length === 0 ? undefined : cascade(...policies);
  const chosen = { registry: methods, ...defined({ rounding, correctBiases, granularity, bits }) };
  const own = { filters, recipe: () => chosen };
  const load = { ...defined({ name: runtime }), threads: manyThreads };
  // What would run graphs on inputs that are made may be missing.
  const isNeeded = calibrate !== undefined || runtime !== undefined;
  const ort = await loadRuntime('quantize', load).catch((error: unknown) => {
    if (isNeeded || !isLowbitError(error) || error.code !== 'runtime-missing') throw error;
  });
  const data = calibrate && (await folderData(calibrate, options, signal));
  return { ...own, ...defined({ ort: ort ?? undefined, data }) };
}

/** Widths that products unpack. */
const packedChoices = [2, 4, 8];

function resultText(
  to: string,
  { written, refused, withoutData, copied }: FolderResult,
  colors: Colors,
): string {
  const lines = [
    ...written.map(({ graph, path, report }) =>
      report === undefined
        ? `${graph} → ${colors.green(path)}: as it is`
        : quantizationLine({ input: graph, output: path, report }, colors),
    ),
    ...refused.map(({ dtype, graph, reason }) => `${dtype} is not written, for ${graph}: ${reason}`),
    ...written.flatMap(({ path, madeInputs = [] }) =>
      madeInputs.length === 0
        ? []
        : `${path} is rounded by random ${madeInputs.join(' and ')}; --calibrate takes real ones`,
    ),
    ...withoutData.map(({ graph, reason }) => `${graph} is quantized without data, ${reason}`),
    written.length === 0
      ? 'Nothing is written.'
      : `${colors.green('Written:')} ${to}, other files that came along: ${copied.join(', ') || 'none'}`,
  ];
  return `${lines.join('\n')}\n`;
}
