import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

import { File as Hdf5File, ready, type Group } from 'h5wasm/node';
import { describe, expect, it } from 'vitest';

import { zip, type Entry } from '../../data/test/zip.js';
import { inspectKeras, readKeras } from '../src/index.js';
import './in-place.js';
import { failure } from './support.js';
import { kerasCases } from './cases.js';

const dense = (await kerasCases('keras3')).get('dense')!;
const weights = dense.get('model.weights.h5')!;
const encode = (text: string) => new TextEncoder().encode(text);
const config: Entry = { name: 'config.json', data: dense.get('model.json')! };
const stored: Entry = { name: 'model.weights.h5', data: weights };

/** An entry that is small, and large when it is unpacked. */
function packed(name: string, data: Uint8Array): Entry {
  return { name, data: deflateRawSync(data), method: 8, bytes: data.length, crc: crc32(data) };
}

describe('archives', () => {
  const link = 0o120777 << 16;
  it.each<[string, Uint8Array]>([
    ['a name in a folder above', zip([config, stored, { ...config, name: '../x' }])],
    ['a name from the root', zip([config, stored, { ...config, name: '/etc/x' }])],
    ['a name on a drive', zip([config, stored, { ...config, name: 'C:x' }])],
    ['a name with a back-slash', zip([config, stored, { ...config, name: 'a\\x' }])],
    ['a link', zip([config, { ...stored, attributes: link }])],
    ['an encrypted entry', zip([config, { ...stored, flags: 1 }])],
    ['another method', zip([config, { ...stored, method: 12 }])],
    ['a name twice', zip([config, stored, stored])],
    ['another name in front of the entry', zip([config, { ...stored, localName: 'model.weights.h6' }])],
    ['entries that overlap', zip([config, { ...stored, position: 10 }])],
    ['a wrong checksum', zip([config, { ...stored, crc: 1 }])],
    ['a wrong checksum of the topology', zip([{ ...config, crc: 1 }, stored])],
    ['a wrong size', zip([config, { ...stored, bytes: weights.length + 1 }])],
    ['a bomb', zip([config, { ...packed('model.weights.h5', new Uint8Array(1000)), bytes: 2 ** 31 }])],
    ['a file that is cut off', zip([config, stored]).subarray(0, -30)],
    ['weights without bytes', zip([config, { ...stored, data: new Uint8Array(0) }])],
  ])('refuse %s', async (_, bytes) => {
    expect(await failure(readKeras(bytes))).toMatchObject({ code: 'model-malformed' });
  });

  it.each<[string, Entry[], string]>([
    [
      'more values than any model has',
      [packed('config.json', encode(`[${'{},'.repeat(5_000_000)}{}]`)), stored],
      'at most 2000000 values',
    ],
    ['a topology that is too long', [packed('config.json', new Uint8Array(65 * 2 ** 20)), stored], 'bytes'],
    [
      'metadata that are too long',
      [config, packed('metadata.json', encode(`[${'{},'.repeat(50_000)}{}]`)), stored],
      'at most 65536 bytes',
    ],
  ])('refuse %s before it takes memory', async (_, entries, expected) => {
    const error = await failure(readKeras(zip(entries)));
    expect(error).toMatchObject({ code: 'model-malformed' });
    expect(error.message).toContain(expected);
  });
});

describe('the end of zip64', () => {
  /** The same archive with the end that tools write for large ones. */
  function withLongEnd(bytes: Uint8Array, lie = 0): Uint8Array {
    const end = Buffer.from(bytes.slice(-22));
    const [count, length, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
    const long = Buffer.alloc(76);
    long.writeUInt32LE(0x06064b50, 0);
    long.writeUInt32LE(0x07064b50, 56);
    long.writeUInt32LE(1, 72);
    [44, count, count + lie, length, start, bytes.length - 22].forEach((value, i) =>
      long.writeBigUInt64LE(BigInt(value), [4, 24, 32, 40, 48, 64][i]!),
    );
    end.fill(0xff, 8, 20);
    return Buffer.concat([bytes.subarray(0, -22), long, end]);
  }

  it('is read', async () => {
    const model = await readKeras(withLongEnd(zip([config, stored])));
    expect(await model.weights[0]!.read()).toBeInstanceOf(Float32Array);
    model.close();
  });

  it('is refused where it contradicts itself', async () => {
    const error = await failure(readKeras(withLongEnd(zip([config, stored]), 2 ** 30)));
    expect(error).toMatchObject({ code: 'model-malformed' });
  });
});

describe('topologies', () => {
  const layer = (class_name: string, name: string, more: object = {}) => ({
    class_name,
    config: { name, ...more },
  });
  const input = layer('InputLayer', 'start', { batch_input_shape: [null, 3] });
  const sequential = (...layers: readonly object[]) => ({
    topology: layer('Sequential', 'model', { layers: [input, ...layers] }),
  });
  const special = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '..', 'a/b', '\0'];

  it.each(special)('take %j for the name of a layer', async (name) => {
    const { network } = await readKeras(sequential(layer('ReLU', name)));
    expect(network.layers[1]).toMatchObject({ name, className: 'ReLU' });
  });

  it.each(special)('have no class and no activation %j', async (name) => {
    for (const each of [layer(name, 'x'), layer('Activation', 'x', { activation: name })])
      expect(await failure(readKeras(sequential(each)))).toMatchObject({
        code: 'layer-unsupported',
        where: 'x',
      });
  });

  it('have names that can be told', async () => {
    const long = 'a'.repeat(1_000_000);
    for (const each of [
      layer(long, 'x'),
      layer('ReLU', long),
      layer('Activation', 'x', { activation: long }),
    ])
      expect((await failure(readKeras(sequential(each)))).message.length).toBeLessThan(1000);
  });

  it('have a bounded number of layers, in the open and folded into each other', async () => {
    const many = Array.from({ length: 1_000_000 }, (_, i) => layer('ReLU', `r${i}`));
    const { topology } = sequential();
    const wide = { ...topology, config: { ...topology.config, layers: many } };
    expect(await failure(readKeras({ topology: wide }))).toMatchObject({
      code: 'graph-invalid',
      received: '1000000',
    });
    let inner = sequential(layer('ReLU', 'r')).topology;
    for (let i = 0; i < 30; i++)
      inner = sequential(inner, { ...inner, config: { ...inner.config, name: 'twin' } }).topology;
    expect(await failure(readKeras({ topology: inner }))).toMatchObject({ code: 'graph-invalid' });
  });
});

describe('HDF5 files', () => {
  /** Weights with something else beside them. */
  async function with5(add: (root: Hdf5File) => void): Promise<Uint8Array> {
    await ready;
    const folder = await mkdtemp(join(tmpdir(), 'lowbit-hostile-'));
    try {
      const path = join(folder, 'w.h5');
      const file = new Hdf5File(path, 'w');
      file.create_group('layers');
      add(file);
      file.close();
      return await readFile(path);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  const inside = (root: Hdf5File) => root.get('layers') as Group;
  it.each<[string, (root: Hdf5File) => void, string]>([
    ['groups that hold each other', (root) => inside(root).create_hard_link('/', 'again'), 'the same group'],
    [
      'groups that are reached on more ways than can be gone',
      (root) => {
        let group = inside(root);
        for (let i = 0; i < 40; i++) {
          const next = group.create_group('a');
          group.create_hard_link(next.path, 'b');
          group = next;
        }
      },
      'the same group',
    ],
    ['a link to itself', (root) => inside(root).create_soft_link('/layers/x', 'x'), 'links'],
    [
      'a link to another file',
      (root) => inside(root).create_external_link('/etc/passwd', '/', 'x'),
      'is a link',
    ],
    [
      'groups that lie too deep',
      (root) => {
        let group: Group = root;
        for (let i = 0; i < 100; i++) group = group.create_group('g');
      },
      '64 deep',
    ],
  ])('refuse %s', async (_, add, received) => {
    const given = { topology: config.data, weights: await with5(add) };
    for (const work of [readKeras, inspectKeras]) {
      const error = await failure(work(given));
      expect(error.code).toBe('model-malformed');
      expect(error.received).toContain(received);
    }
  });
});

it.each(['virtual', 'external'])('weights whose values lie in other files are refused: %s', async (name) => {
  const given = {
    topology: config.data,
    weights: (await kerasCases('refused')).get(name)!.get('model.weights.h5')!,
  };
  const read = readKeras(given).then((model) => Promise.all(model.weights.map((weight) => weight.read())));
  expect(await failure(read)).toMatchObject({ code: 'model-malformed' });
});

it.each([
  ['complex64', /\(complex64\)$/],
  ['complex128', /\(complex128\)$/],
  ['layers_twice', /^\w+ 5000 times$/],
  ['weights_twice', /kernel.* 500 times$/],
])('weights that no layer can take are told: %s', async (name, received) => {
  const files = (await kerasCases('refused')).get(name)!;
  const model = files.get('model.h5') ?? { topology: config.data, weights: files.get('model.weights.h5')! };
  const error = await failure(readKeras(model));
  expect(error).toMatchObject({
    code: 'weights-mismatch',
    received: expect.stringMatching(received) as string,
  });
});

it('where no worker can be started a file is read in place, and the model says so', async () => {
  const model = await readKeras(dense.get('model.keras')!);
  expect(model.notes).toEqual([
    expect.stringMatching(/^The file was read without a worker, .*: this test starts no workers\.$/),
  ]);
  expect(await model.weights[0]!.read()).toBeInstanceOf(Float32Array);
  model.close();
});
