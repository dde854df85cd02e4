import { expect, it } from 'vitest';
import { rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as archive from '../src/archive.js';
import * as data from '../src/index.js';
import * as disk from '../src/node/index.js';
import { fixture } from './support.js';

const inputs = () => [{ name: 'x', type: 'float32', shape: ['N', 3] }];
const pictures = () => [{ name: 'x', type: 'float32', shape: [1, 3, 4, 4] }];
const file = () => new File(['{"x": [1, 2, 3]}\n'], 'x.jsonl');
const pixels = () => ({ width: 2, height: 2, data: new Uint8Array(12) });
/** The end of an archive without entries, which is all that it has. */
const emptyZip = [0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)];
const image = () => [undefined, undefined, [0], [1], 1, 'rgb', 'stretch'];
const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const calls: Readonly<Record<string, RightCall>> = {
  readBatches: { right: () => [[file()], { inputs: inputs() }] },
  'options of readBatches': {
    right: () => [inputs(), {}, 1, 1, () => undefined, undefined, undefined, undefined],
    call: (...[inputs, image, limit, batchSize, onNote, signal, labels, decode]: never[]) => {
      const options = { inputs, image, limit, batchSize, onNote, signal, labels, decode };
      return data.readBatches([file()], defined(options) as never);
    },
  },
  'image options': {
    right: image,
    call: (...[size, layout, mean, deviation, scale, channels, resize]: never[]) => {
      const image = defined({ size, layout, mean, deviation, scale, channels, resize });
      return data.imagePreparation({ inputs: pictures(), image });
    },
  },
  imagePreparation: { right: () => [{ inputs: pictures(), image: {} }, pictures()[0]] },
  describeImagePreparation: { right: () => [{ inputs: pictures() }, 'x'] },
  calibrationInputs: { right: () => [inputs(), 'm.onnx'] },
  lineKeys: { right: () => [file()] },
  npyBytes: { right: () => [[2], Float32Array.of(1, 2)] },
  unitScale: { right: () => [{ mean: [127], deviation: [1] }] },
  'mean and deviation of unitScale': {
    right: () => [[127], [1]],
    call: (mean: never, deviation: never) => data.unitScale(defined({ mean, deviation })),
  },
  takesPixels: { right: () => ['uint8'] },
  resolveShapes: { right: () => [inputs(), new Map()] },
  randomInputs: { right: () => [inputs(), { seed: 1 }] },
  'options of randomInputs': {
    right: () => [1, 2, new Map()],
    call: (seed: never, batches: never, sizes: never) =>
      [...data.randomInputs(inputs(), defined({ seed, batches, sizes }) as never).batches].length,
  },
  prepareImage: {
    right: () => [pixels(), data.imagePreparation({ inputs: pictures() }), new Float32Array(48), 0],
  },
  randomBatches: { right: () => [inputs(), new Map([['x', [1, 3]]]), { batches: 1, seed: 1 }] },
};

const zip = () => archive.bytesBlob(new Uint8Array(emptyZip), 'x.zip');
const archiveCalls: Readonly<Record<string, RightCall>> = {
  blobFile: { right: () => [file(), 0] },
  'blobFile, read': {
    right: () => [file(), 0],
    call: async (blob: never, place: never) => {
      const opened = await archive.blobFile(blob, place).open();
      return opened.read(0, 1);
    },
  },
  bytesBlob: { right: () => [new Uint8Array(4), 'x'] },
  zipArchive: { right: () => [archive.blobFile(zip(), 0)] },
};

const diskCalls: Readonly<Record<string, RightCall>> = {
  readBatches: { right: () => [fixture('f4.npy'), { inputs: inputs() }] },
  'labels of readBatches': {
    right: () => [undefined],
    call: (labels: never) =>
      disk.readBatches(fixture('f4.npy'), defined({ inputs: inputs(), labels }) as never),
  },
  partReader: { right: () => [fixture('f4.npy'), undefined] },
  'partReader, read': {
    right: () => [undefined],
    call: async (signal: never) => (await disk.partReader(fixture('f4.npy'), signal)).read(0, 1),
  },
  findData: { right: () => [fixture('f4.npy'), { inputs: inputs() }] },
  describeData: { right: () => [fixture('f4.npy'), { inputs: inputs() }] },
  writeNpy: {
    right: () => [undefined, [2], Float32Array.of(1, 2)],
    call: (path: unknown, ...given: never[]) =>
      disk.writeNpy(path === 'x' ? undefined : (path as never), ...(given as never as [never, never])),
  },
};

const diskExceptions = {
  fileError: 'words the error that a file system raised',
  checkRegular: 'takes what a file system told of a path',
};

it('wrong arguments of every public function are told as typed errors', async () => {
  expect(await rawFailures(data, calls)).toEqual([]);
  expect(await rawFailures(archive, archiveCalls)).toEqual([]);
  expect(await rawFailures(disk, diskCalls, diskExceptions)).toEqual([]);
});
