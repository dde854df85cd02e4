import { type Batch, type Calibration, inputStatistics, mergeStatistics } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import cases from '../../../fixtures/gathered-inputs.json' with { type: 'json' };
import { onnx } from '../../port.js';

ort.env.wasm.numThreads = 1;

type Case = (typeof cases)[number];

const portOf = ({ model }: Case) => onnx(Uint8Array.from(Buffer.from(model, 'base64')), { ort });

/** The samples of a case, so many a batch. */
function batchesOf({ input: { shape, values } }: Case, each: number): readonly Batch[] {
  const [samples = 1, ...rest] = shape;
  const size = values.length / samples;
  return Array.from({ length: Math.ceil(samples / each) }, (_, i) => {
    const data = Float32Array.from(values.slice(i * each * size, (i + 1) * each * size));
    return { inputs: { x: { shape: [data.length / size, ...rest], data } } };
  });
}

async function expectMoments({ inputs }: Calibration, { seen, heldOut }: Case): Promise<void> {
  const [id = ''] = inputs!.weights;
  const { groups } = (await inputs!.read(id)).observed!;
  const own = (part: 'seen' | 'heldOut') => ({
    count: groups[0]![part]!.count,
    groups: groups.map((group) => ({
      sums: [...group[part]!.sums],
      products: [...group[part]!.products],
    })),
  });
  // Values are multiples of 1/8, so that sums are exact, but for the sign of zeros.
  expect({ seen: own('seen'), heldOut: own('heldOut') }).toEqual({ seen, heldOut });
}

test.each(cases)('moments of $name are those of numpy', async (own) => {
  await expectMoments(await inputStatistics(portOf(own), batchesOf(own, 3)), own);
});

test.each(cases.filter(({ input }) => input.shape[0] === 10))(
  'parts of the data of $name add up to the whole',
  async (own) => {
    const batches = batchesOf(own, 5);
    const parts = await Promise.all(batches.map((batch) => inputStatistics(portOf(own), [batch])));
    expect(parts).toHaveLength(2);
    await expectMoments(mergeStatistics(parts), own);
  },
);
