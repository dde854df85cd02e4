import { LowbitError } from '@lowbit/core';
import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';
import { modelFiles } from '@lowbit/tfjs-format';
import { expect, it } from 'vitest';

import { zip } from '../../data/test/zip.js';
import { readKeras, tfjsArtifacts, tfjsModelFiles, type KerasModel } from '../src/index.js';
import { failure } from './support.js';
import { kerasCases } from './cases.js';

/** A `.keras` file of several megabytes: HDF5 knows where its file ends, and does not mind what follows. */
async function paddedArchive(): Promise<Uint8Array> {
  const bytes = (await kerasCases('keras3')).get('dense')!.get('model.keras')!;
  const archive = await zipArchive(blobFile(bytesBlob(bytes, 'model.keras'), 0));
  const entries = archive.entries.map(async (entry) => {
    const source = await archive.open(entry);
    const data = await source.read(entry.bytes);
    await source.close();
    return { name: entry.name, data: entry.name.endsWith('.h5') ? padded(data) : data };
  });
  return zip(await Promise.all(entries));
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(3_500_000);
  result.set(bytes);
  return result;
}

it('tells how far reading a large archive is, and stops when it is told to', async () => {
  const bytes = await paddedArchive();
  const shares: number[] = [];
  (await readKeras(bytes, { onProgress: (share) => void shares.push(share) })).close();
  expect(shares.length).toBeGreaterThan(3);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  const controller = new AbortController();
  const stopped = readKeras(bytes, { signal: controller.signal, onProgress: () => controller.abort() });
  expect(await failure(stopped)).toMatchObject({ code: 'aborted' });
  const wrong = readKeras(bytes, { onProgress: 'yes' as never });
  expect(await failure(wrong)).toMatchObject({
    code: 'invalid-argument',
    where: expect.stringContaining('onProgress') as string,
  });
});

it.each(['model.keras', 'model.h5'])(
  'what reads a file may cancel the work in any of its parts: %s',
  async (name) => {
    const bytes = (await kerasCases('keras3')).get('dense')!.get(name)!;
    const aborted = new LowbitError({ code: 'aborted', where: name });
    /** Reads parts until the last one. */
    const until = (last: number) => {
      let parts = 0;
      const read = async (start: number, end: number) => {
        if (parts++ === last) throw aborted;
        return bytes.slice(start, end).buffer;
      };
      const slice = (start: number, end: number) => ({ arrayBuffer: () => read(start, end) });
      return { file: { name, size: bytes.length, slice }, parts: () => parts };
    };
    const whole = until(Infinity);
    (await readKeras(whole.file)).close();
    expect(whole.parts()).toBeGreaterThan(1);
    for (let last = 0; last < whole.parts(); last++)
      expect(await failure(readKeras(until(last).file))).toBe(aborted);
  },
);

/** Two layers of 4.8 MB each, so that their weights lie across the borders of weight files. */
async function wideModel(): Promise<KerasModel> {
  const units = 1100;
  const dense = (name: string) => ({
    class_name: 'Dense',
    config: { name, units, batch_input_shape: [null, units] },
  });
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 'wide', layers: [dense('a'), dense('b')] },
  };
  const weights = ['a', 'b'].flatMap((name) => [
    { name: `${name}/kernel`, shape: [units, units], dtype: 'float32' },
    { name: `${name}/bias`, shape: [units], dtype: 'float32' },
  ]);
  const values = Float32Array.from({ length: 2 * units * (units + 1) }, (_, i) => Math.sin(i));
  const modelJson = {
    format: 'layers-model',
    modelTopology,
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  return readKeras({ modelJson, shards: { 'w.bin': values.buffer } });
}

it('weight files that are read one by one are those of the whole model', async () => {
  const model = await wideModel();
  const shares: number[] = [];
  const { json, shards } = tfjsModelFiles(model, { onProgress: (share) => void shares.push(share) });
  const whole = modelFiles(await tfjsArtifacts(model), 'model');
  expect(json).toBe(whole.json);
  expect(shards.map(({ path, bytes }) => [path, bytes])).toEqual(
    whole.shards.map(({ path, bytes }) => [path, bytes.length]),
  );
  expect(shards).toHaveLength(3);
  for (const [i, shard] of shards.entries())
    expect(Buffer.compare(await shard.read(), whole.shards[i]!.bytes)).toBe(0);
  expect(shares).toHaveLength(3);
  expect(shares.at(-1)).toBe(1);
  const controller = new AbortController();
  controller.abort();
  const [stopped] = tfjsModelFiles(model, { signal: controller.signal }).shards;
  expect(await failure(stopped!.read())).toMatchObject({ code: 'aborted' });
});

it('weight files that are read at once are whole, and pieces come in memory that is used again', async () => {
  const bytes = (await kerasCases('keras3')).get('nested')!.get('model.keras')!;
  const model = await readKeras(bytes);
  const { shards } = tfjsModelFiles(model);
  const expected = modelFiles(await tfjsArtifacts(model), 'model').shards.map((shard) => shard.bytes);
  const atOnce = await Promise.all([...shards, ...shards].map((shard) => shard.read()));
  expect(atOnce.map((file, i) => Buffer.compare(file, expected[i % expected.length]!))).toEqual(
    atOnce.map(() => 0),
  );
  const buffers = new Set<ArrayBufferLike>();
  for (const [i, shard] of shards.entries()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of shard.pieces()) {
      pieces.push(piece.slice());
      buffers.add(piece.buffer);
    }
    expect(Buffer.compare(Buffer.concat(pieces), expected[i]!)).toBe(0);
  }
  // Memory that went to a worker is no more; read in place it is the same again.
  const left = [...buffers].filter(({ byteLength }) => byteLength > 0);
  expect(left.length).toBeLessThan(model.weights.length / 2);
  model.close();
});

it('of a graph that cannot be, no weights are opened', async () => {
  const layer = (name: string, from: string) => ({
    class_name: 'Dense',
    config: { name, units: 2 },
    inbound_nodes: [[[from, 0, 0, {}]]],
  });
  const config = {
    name: 'm',
    layers: [layer('a', 'b'), layer('b', 'a')],
    input_layers: [],
    output_layers: [],
  };
  const weights = {
    ...{ name: 'weights.h5', size: 1e6 },
    slice: () => ({ arrayBuffer: () => Promise.reject(new Error('was opened')) }),
  };
  const topology = { class_name: 'Functional', config };
  expect(await failure(readKeras({ topology, weights }))).toMatchObject({
    code: expect.stringMatching(/^graph-/) as string,
  });
});

it('files of TensorFlow.js come with what has to be known of them', async () => {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'start', batch_shape: [null, 4] } },
    { class_name: 'UnitNormalization', config: { name: 'größe' } },
    { class_name: 'Flatten', config: { name: 'flat' } },
  ];
  const model = await readKeras({
    topology: { class_name: 'Sequential', config: { name: 'small', layers } },
  });
  expect(tfjsModelFiles(model).notes).toEqual([
    'Names that TensorFlow.js does not take are others: größe is gr__e.',
    expect.stringMatching(/^LowbitUnitNormalization: of @lowbit\/tfjs\. Load the folder with its load\(\)/),
  ]);
  expect(tfjsModelFiles(await wideModel()).notes).toEqual([]);
});
