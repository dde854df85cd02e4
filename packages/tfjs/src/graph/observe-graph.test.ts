import { LowbitError, quantize, type Calibration } from '@lowbit/core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { graphBuilder, imageGraph } from '../../test/graphs.js';
import { grid } from '../../test/quantizers.js';
import { graphModel } from '../index.js';

const load = (artifacts: tf.io.ModelArtifacts) => loadGraphModel(tf.io.fromMemory(artifacts));

const image = (seed: number) => {
  const data = Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => Math.sin(seed * i));
  return { inputs: { x: { shape: [2, 8, 8, 3], data } } };
};

/** A branch and a loop of the older kind, with a product in each and one after each. */
function branching(): tf.io.ModelArtifacts {
  const { input, weight, integers, node, artifacts } = graphBuilder();
  const x = input('x', [2, 3]);
  const isTrue = node('GreaterEqual', 'is true', [integers('two', [2], []), integers('one', [1], [])]);
  node('Switch', 'switch', [x, isTrue]);
  const taken = node('MatMul', 'taken', ['switch:1', weight('taken/w', [3, 3])]);
  const other = node('MatMul', 'not taken', ['switch', weight('other/w', [3, 3])]);
  const merged = node('Merge', 'merged', [other, taken]);
  const between = node('MatMul', 'between', [merged, weight('between/w', [3, 3])]);
  const start = node('Enter', 'start', [between], { frame_name: { s: 'loop' } } as never);
  node('Merge', 'again', [start, 'next']);
  const goesOn = node('Less', 'goes on', [
    node('Sum', 'sum', ['again', integers('axes', [0, 1])]),
    weight('end', []),
  ]);
  node('Switch', 'around', ['again', node('LoopCond', 'condition', [goesOn])]);
  node('NextIteration', 'next', [node('MatMul', 'looped', ['around:1', weight('looped/w', [3, 3])])]);
  const left = node('Exit', 'left', ['around']);
  return artifacts(node('MatMul', 'y', [left, weight('y/w', [3, 2])]));
}

onEveryBackend('observing a graph model', (test) => {
  test('gives statistics of what its weights are multiplied by', async () => {
    const live = await load(imageGraph());
    const port = graphModel(live);
    const batches = [image(1), image(2)];
    const [all, ranges] = [
      await port.observe!(batches),
      await port.observe!(batches, { statistics: 'ranges' }),
    ];
    const sites = (await port.layers()).flatMap((layer) => layer.sites);
    expect(sites.map(({ id, tensor }) => [id, tensor])).toEqual([
      ['conv/input', 'x'],
      ['depthwise/input', 'conv/biased'],
      ['pointwise/input', 'depthwise'],
      ['square/input', 'pool'],
      ['square again/input', 'square'],
      ['last/input', 'square again'],
    ]);
    const values = new Map(sites.map(({ id }) => [id, [] as number[]]));
    for await (const outputs of port.run!(batches, { want: sites.map(({ tensor }) => tensor) }))
      for (const { id, tensor } of sites) values.get(id)!.push(...outputs[tensor]!.data);
    for (const [id, seen] of values) {
      const expected = { count: seen.length, batches: 2, min: Math.min(...seen), max: Math.max(...seen) };
      expect(all.sites[id]).toMatchObject({ ...expected, sample: seen });
      expect(ranges.sites[id]).toMatchObject(expected);
      expect(ranges.sites[id]).not.toHaveProperty('histogram');
    }
    expect(all).toMatchObject({ port: 'tfjs-graph', batches: 2 });
    const one = await port.observe!(batches, { sites: ['last/input'] });
    expect(one.sites).toEqual({ 'last/input': all.sites['last/input'] });
    live.dispose();
  });

  test('sees what is computed once in a run alone', async () => {
    const live = await load(branching());
    const port = graphModel(live);
    const sites = (await port.layers()).flatMap((layer) => layer.sites.map(({ id }) => id));
    expect(sites).toEqual(['between/input', 'y/input']);
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const seen: Calibration = await port.observe!([{ inputs: { x: { shape: [2, 3], data } } }]);
    expect(sites.map((id) => seen.sites[id]?.count)).toEqual([6, 6]);
    data[4] = NaN;
    await expect(port.observe!([{ inputs: { x: { shape: [2, 3], data } } }])).rejects.toMatchObject({
      code: 'non-finite',
      where: "batch 1: input 'x', at [1, 1]",
    });
    live.dispose();
  });

  test('is told what is missing, and that the written form has no place for quantized activations', async () => {
    const live = await load(imageGraph());
    const port = graphModel(live);
    expect(graphModel(imageGraph()).observe).toBeUndefined();
    await expect(port.observe!([])).rejects.toMatchObject({ code: 'calibration-invalid' });
    await expect(port.observe!([{ inputs: { x: { shape: [2, 8, 8, 3] } } } as never])).rejects.toThrow(
      LowbitError,
    );
    const activations = {
      ...grid,
      name: 'of activations',
      roles: ['activation'],
      bits: { activation: [8] },
    } as const;
    const calibration = await port.observe!([image(1)]);
    const recipe = { weights: grid, activations, calibration };
    await expect(quantize(port, recipe)).rejects.toMatchObject({ code: 'plan-invalid' });
    await expect(quantize(port, recipe)).rejects.toThrow('holds quantized weights only');
    live.dispose();
  });

  test('tells inputs of another shape than is declared, and what the runtime throws', async () => {
    const live = await load(imageGraph());
    const port = graphModel(live);
    const inputs = (shape: number[]) => [
      { inputs: { x: { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) } } },
    ];
    const outputs = async (shape: number[]) => {
      for await (const each of port.run!(inputs(shape))) return each;
      return undefined;
    };
    for (const shape of [
      [2, 5, 5, 3],
      [2, 192],
      [2, 8, 8, 2],
    ])
      for (const run of [outputs, (given: number[]) => port.observe!(inputs(given))])
        await expect(run(shape)).rejects.toMatchObject({
          code: 'invalid-argument',
          where: "batch: input 'x'",
        });
    live.dispose();
    const { input, weight, node, artifacts } = graphBuilder();
    const product = node('MatMul', 'y', [input('x', [-1, -1]), weight('w', [3, 2])]);
    const free = await load(artifacts(product));
    const run = graphModel(free).observe!(inputs([2, 4]));
    await expect(run).rejects.toMatchObject({ code: 'runtime-failed', cause: expect.any(Error) as Error });
    free.dispose();
  });
});
