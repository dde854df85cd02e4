import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalOnnx } from '../src/canonical/onnx-file.js';
import {
  applyPlan,
  fileSystem,
  inspectModel,
  load,
  loadAlone,
  loadCheckpoint,
  loadGraph,
  onnx,
  parsePlan,
  planOf,
  quantize,
  readModel,
  registry,
  tfjs,
  train,
  type Calibration,
} from '../src/doors.js';
import { trainableModel } from '../src/models/layers-models.js';
import { noise } from '../src/models/made-model.js';
import { transformer } from '../src/models/onnx-layers.js';

const folder = fileURLToPath(new URL('../fixtures/stored/', import.meta.url));
const bytesOf = (name: string) => new Uint8Array(readFileSync(folder + name));
const jsonOf = (name: string) => JSON.parse(readFileSync(folder + name, 'utf8')) as never;
const outputs: Readonly<Record<string, readonly number[]>> = jsonOf('outputs.json');
const calibration: Calibration = jsonOf('statistics.json');

beforeAll(async () => void (await tf.setBackend('cpu')));

/** Files of `fixtures/make-stored.mjs`, written before the house was rebuilt. */
describe('stored forms of then', () => {
  test.each(['plan.json', 'plan-short.json'])(
    '%s with statistics.json gives the model of then',
    async (name) => {
      const { bytes: float } = transformer(17);
      const { model } = await applyPlan(onnx(float), parsePlan(jsonOf(name), name), registry, {
        calibration,
      });
      const [then, now] = [{ bytes: bytesOf('quantized.onnx') }, model].map((file) =>
        canonicalOnnx(file, float),
      );
      expect(now).toEqual(then);
    },
  );

  test('a plan in the JSON of the command line applies', async () => {
    const { report }: { report: { plan: object; modelBytes: { after: number } } } =
      jsonOf('cli-quantize.json');
    const port = onnx(transformer(17).bytes, { name: 'transformer.onnx' });
    const { model } = await applyPlan(port, parsePlan(report.plan, 'cli-quantize.json'), registry);
    expect(model.bytes.length).toBe(report.modelBytes.after);
  });

  test('what was quantized is known as such', async () => {
    const { quantizable, skipped } = inspectModel(readModel(bytesOf('quantized.onnx')));
    expect(quantizable).toHaveLength(0);
    expect(skipped.length).toBeGreaterThan(0);
  });

  test('statistics serve another method', async () => {
    const recipe = { registry, activations: 'percentile', activationBits: 6, calibration };
    const { report } = await quantize(onnx(transformer(17).bytes), recipe);
    expect(report.activations?.filter(({ fitted }) => fitted !== undefined).length).toBeGreaterThan(3);
  });

  test('a checkpoint goes on to the end', async () => {
    const resume = loadCheckpoint(jsonOf('checkpoint.json'), bytesOf('checkpoint.bin'));
    const recipe = { registry, weights: 'slq', bits: 3, schedule: 'slq' };
    const run = train(tfjs(trainableModel()), recipe, { resume });
    const frozen: number[] = [];
    for await (const round of run) frozen.push(round.frozen);
    const { rounds } = await run.result;
    expect(rounds.length).toBe(resume.rounds.length + frozen.length);
    expect(frozen.at(-1)).toBe(1);
  });

  const x = noise([2, 8, 8, 3], 1);
  const predict = (model: { predict(x: tf.Tensor): unknown }) =>
    (model.predict(tf.tensor([...x.data], [...x.shape])) as tf.Tensor).dataSync();

  test.each(['packed', 'packed-two-level', 'packed-activations', 'plain'])(
    'the layers model %s loads and computes the same',
    async (name) => {
      const model = await load(fileSystem(folder + name), { registry });
      expect(planOf(model)?.weights.length).toBeGreaterThan(3);
      expectClose(predict(model), outputs[name]!);
    },
  );

  test('a packed layers model loads without the rest of lowbit', async () => {
    const model = await loadAlone(fileSystem(`${folder}packed`));
    expectClose(predict(model), outputs['packed']!);
  });

  test('a packed graph model loads and computes the same', async () => {
    const model = await loadGraph(fileSystem(`${folder}graph`));
    expectClose(predict(model as never), outputs['graph']!);
  });
});

/** To the rounding of float32, which versions of TensorFlow.js may do in another order. */
function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  Array.from(actual).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
}
