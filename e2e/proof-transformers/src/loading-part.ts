import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gate, gateAtMost, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { loadAll, type Loaded, transformersJs } from './browser.js';
import { subjects } from './models.js';
import { out } from './out.js';
import { decibels, runGraph } from './run-graph.js';
import { asked, writeSubject } from './write-subjects.js';

/** Every dtype of every model, loaded by transformers.js itself. */
export const loadingPart: Part = {
  name: 'loading',
  async measure(tell) {
    const section = { name: 'loading', title: 'Loaded by transformers.js 4.3.2 in Chromium, on WebAssembly' };
    tell('transformers.js');
    const found = transformersJs(out);
    if (found.missing !== undefined) {
      const failed = process.env['CI'] === 'true' ? [gate('transformers.js and Chromium', 0, 1)] : [];
      return { ...section, rows: [], gates: failed, skipped: [`loading: ${found.missing}`] };
    }
    const models = await subjects();
    const site = join(out, 'site');
    for (const model of models) {
      tell(model.name);
      await writeSubject(model, join(out, 'original', model.name), join(site, 'models', model.name));
    }
    tell('loading');
    const loaded = await loadAll(site, found.bundle, models, asked);
    const rows: Row[] = [];
    const gates: Gate[] = [];
    for (const [at, model] of models.entries()) {
      const { dtypes, outputs } = loaded[at] as Loaded;
      const files = join(site, 'models', model.name, 'onnx');
      const expected = await runGraph(join(files, 'model.onnx'), model);
      gates.push(
        gate(`${model.name}: dtypes that are listed as asked`, sameNames(dtypes, asked), asked.length),
      );
      for (const dtype of ['default', ...asked]) {
        const output = outputs[dtype] ?? 'nothing';
        if (typeof output === 'string') {
          rows.push({ model: model.name, dtype, error: output.slice(0, 120) });
          gates.push(gate(`${model.name}: ${dtype} loads and runs`, 0, 1));
          continue;
        }
        const file = fileOf(files, dtype);
        const ours = file === undefined ? undefined : await runGraph(join(files, file), model);
        const difference = ours === undefined ? undefined : largestDifference(ours, output);
        rows.push({ model: model.name, dtype, 'of float (dB)': decibels(expected, output) });
        if (difference !== undefined)
          gates.push(
            gateAtMost(
              `${model.name}: ${dtype}, difference to onnxruntime-web of the largest`,
              difference,
              2e-3,
            ),
          );
      }
    }
    return { ...section, rows, gates, skipped: [] };
  },
};

const sameNames = (listed: readonly string[], names: readonly string[]): number =>
  listed.length === names.length ? names.filter((name) => listed.includes(name)).length : -1;

/** The file of a dtype, by what transformers.js calls it. */
function fileOf(folder: string, dtype: string): string | undefined {
  const ending = dtype === 'fp32' ? '' : dtype === 'q8' ? '_quantized' : `_${dtype}`;
  return readdirSync(folder).find((name) => name === `model${ending}.onnx`);
}

/** The largest difference, of the largest value. */
function largestDifference(expected: Float32Array, actual: readonly number[]): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (actual[at] as number))), 0) /
    largest
  );
}
