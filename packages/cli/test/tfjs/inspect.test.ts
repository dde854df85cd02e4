import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Quantizable } from '@lowbit/tfjs-format';
import { beforeAll, describe, expect, it } from 'vitest';

import type { TfjsInspection } from '../../src/tfjs/inspect-model.js';
import { lowbit, run, temporaryFolder, withoutPackage } from '../support.js';
import { changeJson, type Json, writeGraphModel, writeMobileNet, writePictureModel } from './models.js';

let folder: string;
const at = (name: string) => join(folder, name);

async function inspected(name: string): Promise<TfjsInspection> {
  const { status, stdout } = await run('inspect', at(name), '--json');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as TfjsInspection;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictureModel(at('pictures'));
  await writeGraphModel(at('graph'));
  await writeMobileNet(at('mobilenet'));
  const { status } = await run(
    'quantize',
    '--allow-larger',
    at('pictures'),
    '--bits',
    '4',
    '-o',
    at('packed'),
    '--quiet',
  );
  expect(status).toBe(0);
});

describe('lowbit inspect, for TensorFlow.js', () => {
  it('tells a weight that stays float for its values', async () => {
    await writePictureModel(at('broken'));
    const { weightsManifest } = JSON.parse(await readFile(at('broken/model.json'), 'utf8')) as Json;
    const file = at(`broken/${weightsManifest[0]!.paths[0]}`);
    const weights = await readFile(file);
    weights.writeFloatLE(NaN, 4 * 7);
    await writeFile(file, weights);
    const { quantizable, skipped } = (await inspected('broken')) as TfjsInspection & Quantizable;
    expect(quantizable.map(({ id }) => id)).not.toContain('first/kernel');
    expect(skipped).toContainEqual({
      op: 'Conv2D',
      reason: expect.stringMatching(/^first\/kernel stays float: value 7 of 54 is NaN, /) as string,
      count: 1,
      subjects: ['first/kernel'],
    });
  });

  it('tells layers, weights by form and what can be quantized', async () => {
    const { status, stdout } = await run('inspect', at('mobilenet'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/kind +TensorFlow\.js layers model/);
    expect(stdout).toMatch(/inputs +\S+: float32 \[\?, 224, 224, 3\]/);
    expect(stdout).toMatch(/outputs +dense_3: float32 \[\?, 5\]/);
    expect(stdout).toMatch(/DepthwiseConv2D +17/);
    expect(stdout).toMatch(/uint8 +266 +2\D619\D461 +2\.62 MB/);
    expect(stdout).toContain('Can be quantized: 55 weights, 10.2 MB as floats');
    expect(stdout).toMatch(/Conv1\/kernel +Conv2D +3 × 3 × 3 × 32 +3\.46 kB/);
    expect(stdout).toContain('52  normalization has few parameters');
  });

  it('as JSON, with the keys that ONNX files have too', async () => {
    const found = await inspected('pictures');
    expect(found).toMatchObject({
      kind: 'layers-model',
      name: 'model.json',
      parameters: { types: [{ type: 'float32', tensors: 10 }] },
      quantizableBytes: 4 * (54 + 54 + 288),
      quantizable: [
        { id: 'first/kernel', op: 'Conv2D', shape: [3, 3, 1, 6] },
        { id: 'each/depthwise_kernel', op: 'DepthwiseConv2D', shape: [3, 3, 6, 1] },
        { id: 'last/kernel', op: 'Dense', shape: [96, 3] },
      ],
    });
    expect(found).not.toHaveProperty('lowbit');
    expect(found.operators.map(({ op, count }) => [op, count])).toContainEqual(['BatchNormalization', 1]);
  });

  it('tells of a packed model what was done to it', async () => {
    const found = await inspected('packed');
    const packed = found.weights.filter(({ type }) => type === 'packed 4-bit');
    const bits = 8 * packed.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(found.lowbit).toEqual({
      packed: 3,
      bitsPerWeight: bits / (54 + 54 + 288),
      plan: {
        weights: [{ quantizer: 'min-max', bits: 4, granularity: 'channel', count: 3 }],
        activations: 0,
      },
    });
    const { stdout } = await run('inspect', at('packed'));
    expect(stdout).toMatch(/quantized by lowbit: 3 weights packed, [\d.]+ bits each/);
    expect(stdout).toMatch(/plan +3 × min-max 4-bit per channel/);
  });

  it('does without TensorFlow.js, but for what can be quantized', async () => {
    const env = withoutPackage('@tensorflow/');
    const { status, stdout, stderr } = await lowbit(['inspect', at('packed')], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('3 weights packed');
    expect(stdout).toMatch(/packed 4-bit +3/);
    expect(stdout).toMatch(/What can be quantized is not known\n.*runtime-missing/);
  });

  it('does with a layer that TensorFlow.js does not know', async () => {
    await writePictureModel(at('own'));
    await changeJson(at('own'), (json) => {
      const { layers } = json.modelTopology['config'] as { layers: { class_name: string }[] };
      layers[0]!.class_name = 'MyLayer';
    });
    const found = await inspected('own');
    expect(found).toMatchObject({ unknown: expect.stringContaining('class MyLayer') as string });
    expect(found.operators).toContainEqual({ op: 'MyLayer', domain: 'tensorflow.js', count: 1 });
  });

  it('does with a plan that cannot be read', async () => {
    await writePictureModel(at('spoilt'));
    await changeJson(at('spoilt'), (json) => (json['userDefinedMetadata'] = { lowbit: { plan: 7 } }));
    expect((await inspected('spoilt')).lowbit).toEqual({ packed: 0, bitsPerWeight: null, plan: null });
  });

  it('tells of a graph its operations', async () => {
    const { status, stdout } = await run('inspect', at('graph'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/kind +TensorFlow\.js graph model/);
    expect(stdout).toMatch(/MatMul +1/);
    expect(stdout).toMatch(/w +MatMul +64 × 32 +8\.19 kB/);
  });
});
