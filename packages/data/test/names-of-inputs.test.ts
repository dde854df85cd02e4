import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { readBatches } from '../src/index.js';
import { npyBytes } from '../src/npy/npy-bytes.js';
import { failure, newFolder, readAll } from './support.js';
import { zip } from './zip.js';

/** Names of the inputs of one network: in its file of Keras, and in what TensorFlow.js loads. */
const names = [
  ['mic left', '_hidden'],
  ['mic_left', 'layer__hidden'],
] as const;
const values = [
  [1, 2],
  [3, 4],
] as const;

const inputsOf = (own: readonly string[]) => ({
  inputs: own.map((name) => ({ name, type: 'float32', shape: ['N', 1] })),
  batchSize: 2,
});
const arrays = values.map((column) => npyBytes([2, 1], Float32Array.from(column)));

async function write(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(await newFolder(), name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return path;
}

const forms: readonly (readonly [string, (own: readonly string[]) => Promise<readonly string[]>])[] = [
  [
    'INPUT=path',
    (own) => Promise.all(own.map(async (name, i) => `${name}=${await write('a.npy', arrays[i]!)}`)),
  ],
  ['names of files', (own) => Promise.all(own.map((name, i) => write(`${name}.npy`, arrays[i]!)))],
  [
    'arrays of an archive',
    async (own) => [
      await write('a.npz', zip(own.map((name, i) => ({ name: `${name}.npy`, data: arrays[i]! })))),
    ],
  ],
  [
    'JSON lines',
    async (own) => {
      const rows = [0, 1].map((row) => Object.fromEntries(own.map((name, i) => [name, [values[i]![row]]])));
      return [await write('a.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))];
    },
  ],
];

it.each(forms)('inputs are meant by either name in %s', async (_, pathsFor) => {
  for (const given of names)
    for (const own of names) {
      const [batch, ...more] = await readAll(await pathsFor(given), inputsOf(own));
      expect(more).toEqual([]);
      expect(own.map((name) => batch!.inputs[name]!.data)).toEqual(values);
    }
});

it('files of a browser are for either name too', async () => {
  const blobs = {
    'mic left': [new File([arrays[0]!.slice()], 'a.npy')],
    layer__hidden: [new File([arrays[1]!.slice()], 'b.npy')],
  };
  for await (const { inputs } of readBatches(blobs, inputsOf(names[1])))
    expect(names[1].map((name) => Array.from(inputs[name]!.data))).toEqual(values);
});

it('a name that is an input itself means that one alone', async () => {
  const path = await write('a.jsonl', '{"in put":[1]}');
  const inputs = inputsOf(['in_put', 'in put']);
  expect(await failure([path], inputs)).toMatchObject({ expected: 'a value for the input in_put' });
});
