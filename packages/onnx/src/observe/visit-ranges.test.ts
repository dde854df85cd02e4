import { seededRandom, type Batch } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../test/helpers/build-model.js';
import { DataType } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { observeModel } from './observe-model.js';
import type { OrtRuntime } from './ort.js';

ort.env.wasm.numThreads = 1;

const range = { count: 0, nonFinite: 0, batches: 0, min: 0, max: 0, movingMin: 0, movingMax: 0 };

/** Doubles x, rounds it down, and makes halves of it. */
function modelOf(opset: number) {
  return buildModel(
    {
      nodes: [
        makeNode({ op: 'Mul', inputs: ['x', 'two'], outputs: ['doubled'] }),
        makeNode({
          op: 'Cast',
          inputs: ['doubled'],
          outputs: ['whole'],
          attributes: { to: DataType.INT64 },
        }),
        makeNode({
          op: 'Cast',
          inputs: ['doubled'],
          outputs: ['half'],
          attributes: { to: DataType.FLOAT16 },
        }),
        makeNode({ op: 'Relu', inputs: ['doubled'], outputs: ['y'] }),
      ],
      initializers: [makeTensor('two', DataType.FLOAT, [], [2])],
      inputs: { x: ['n', 3] },
      outputs: { y: ['n', 3] },
    },
    { opset },
  );
}

const sites = ['x', 'doubled', 'whole', 'half', 'y', 'y'].map((tensor, index) => ({
  id: `${tensor} ${index}`,
  tensor,
}));

const batch = (data: readonly number[]): Batch => ({ inputs: { x: { shape: [data.length / 3, 3], data } } });

/** A runtime that tells how many outputs its sessions gave. */
function counting(outputs: number[]): OrtRuntime {
  const { InferenceSession, Tensor } = ort as unknown as OrtRuntime;
  return {
    Tensor,
    InferenceSession: {
      async create(bytes, options) {
        const session = await InferenceSession.create(bytes, options);
        return {
          release: () => session.release(),
          async run(feeds) {
            const found = await session.run(feeds);
            outputs.push(Object.values(found).reduce((sum, { data }) => sum + (data as number[]).length, 0));
            return found;
          },
        };
      },
    },
  };
}

describe('observing ranges', () => {
  it.each([8, 13, 17, 18, 21])('gives what the values give, without them (opset %i)', async (opset) => {
    const random = seededRandom(5);
    const batches = Array.from({ length: 3 }, () =>
      batch(Array.from({ length: 300 }, () => 8 * random() - 4)),
    );
    const outputs: number[] = [];
    const all = await observeModel(modelOf(opset), sites, ort, batches);
    const ranges = await observeModel(modelOf(opset), sites, counting(outputs), batches, {
      statistics: 'ranges',
    });
    expect(ranges.batches).toBe(3);
    for (const [id, found] of Object.entries(ranges.sites)) {
      expect(Object.keys(found).sort()).toEqual(Object.keys(range).sort());
      expect(all.sites[id]).toMatchObject(found);
    }
    // One run a batch, of four numbers for each of five values.
    expect(outputs).toEqual([20, 20, 20]);
    expect(JSON.parse(JSON.stringify(ranges))).toEqual(ranges);
  });

  it('leaves values out that are not finite, by looking at them', async () => {
    const far = 3e38;
    const batches = [batch([1, far, 3, -5, 2, 2]), batch([-far, 1, 1]), batch([far, far, far])];
    const only = sites.filter(({ tensor }) => tensor === 'y' || tensor === 'doubled');
    const all = await observeModel(modelOf(17), only, ort, batches);
    const { sites: found } = await observeModel(modelOf(17), only, ort, batches, { statistics: 'ranges' });
    expect(found['doubled 1']).toMatchObject({ count: 7, nonFinite: 5, batches: 2, min: -10, max: 6 });
    for (const { id } of only) expect(all.sites[id]).toMatchObject(found[id]!);
  });

  it('takes batches without values, which runtimes cannot reduce', async () => {
    const { sites: found } = await observeModel(
      modelOf(17),
      [sites[0]!],
      ort,
      [batch([]), batch([1, 2, 3])],
      {
        statistics: 'ranges',
      },
    );
    expect(found['x 0']).toMatchObject({ count: 3, batches: 1, min: 1, max: 3 });
  });

  it('runs nothing for a model without sites', async () => {
    const outputs: number[] = [];
    const seen = await observeModel(modelOf(17), [], counting(outputs), [batch([1, 2, 3])], {
      statistics: 'ranges',
    });
    expect(seen).toMatchObject({ batches: 1, sites: {} });
    expect(outputs).toEqual([]);
  });

  it('refuses no batches at all', async () => {
    const run = observeModel(modelOf(17), sites, ort, [], { statistics: 'ranges' });
    await expect(run).rejects.toMatchObject({ code: 'calibration-invalid' });
  });
});
