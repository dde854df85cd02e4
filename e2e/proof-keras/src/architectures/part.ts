import { readFile } from 'node:fs/promises';
import { gate, gateAtMost } from '@lowbit/e2e-real-models/proof';
import { useWasm } from '@lowbit/e2e-real-models';
import { readKeras, type KerasModel } from '@lowbit/keras';
import { difference } from '../compare/difference.js';
import { predict } from '../compare/predict.js';
import { valuesOf } from '../files/golden.js';
import { changes } from './changes.js';
import type { Architecture } from './make.js';
import { architecturePart, type Result } from './measure-each.js';

/** The largest relative difference that passes. */
const limit = 1e-4;

/** Networks that people use, built in Keras, imported and run in TensorFlow.js; and mistakes that the comparison must see. */
export const architecturesPart = architecturePart(
  'architectures',
  'Architectures built in Keras, imported and run: the largest difference before the final softmax',
  measure,
  useWasm,
);

async function measure(architecture: Architecture): Promise<Result> {
  const { name, files, version, parameters, variances } = architecture;
  const found: number[] = [];
  for (const file of files) found.push(await withModel(file, (model) => distance(model, architecture)));
  const worst = Math.max(...found);
  const mistakes = await withModel(files[0]!, (model) => measureChanges(model, architecture));
  const seen = mistakes.filter(([, value]) => value !== undefined) as (readonly [string, number])[];
  return {
    row: {
      model: name,
      keras: version,
      parameters,
      variances: variances.map((each) => each.toFixed(3)).join(' … '),
      files: files.map((file) => file.slice(file.lastIndexOf('.'))).join(' '),
      difference: worst,
      ...Object.fromEntries(mistakes.map(([change, value]) => [change, value ?? 'has none'])),
    },
    gates: [
      gateAtMost(`difference of ${name}`, worst, limit),
      ...seen.map(([change, value]) => gate(`difference of ${name} with ${change}`, value, 2 * limit)),
    ],
  };
}

async function withModel<Result>(
  file: string,
  work: (model: KerasModel) => Promise<Result>,
): Promise<Result> {
  const model = await readKeras(await readFile(file));
  try {
    return await work(model);
  } finally {
    model.close();
  }
}

async function distance(model: KerasModel, { inputs, outputs }: Architecture): Promise<number> {
  const [given] = await predict(model, [inputs]);
  return difference(given!, valuesOf(outputs));
}

async function measureChanges(
  model: KerasModel,
  architecture: Architecture,
): Promise<readonly (readonly [string, number | undefined])[]> {
  const results: (readonly [string, number | undefined])[] = [];
  for (const { name, apply } of changes) {
    const changed = apply(model);
    results.push([name, changed && (await distance(changed, architecture))]);
  }
  return results;
}
