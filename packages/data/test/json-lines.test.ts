import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readBatches } from '../src/node/read-batches.js';
import { npyBytes } from '../src/npy/npy-bytes.js';
import { failure, fixture, forInput, newFolder, readAll } from './support.js';
import { zip } from './zip.js';

async function write(text: string | Uint8Array): Promise<string> {
  const path = join(await newFolder(), 'data.jsonl');
  await writeFile(path, text);
  return path;
}

describe('JSON lines', () => {
  it('give samples with labels, in both forms', async () => {
    const path = await write('{"x":[1,2],"label":3}\n\n{"x":{"shape":[1,2],"data":[3,4]},"label":5}');
    expect(await readAll([path], forInput(['N', 2]))).toEqual([
      { inputs: { x: { shape: [1, 2], data: [1, 2] } }, labels: [3] },
      { inputs: { x: { shape: [1, 2], data: [3, 4] } }, labels: [5] },
    ]);
    expect(await readAll([path], forInput(['N', 2], { batchSize: 8 }))).toEqual([
      { inputs: { x: { shape: [2, 2], data: [1, 2, 3, 4] } }, labels: [3, 5] },
    ]);
    expect(await readAll([path], forInput([2, 2], { limit: 2 }))).toHaveLength(1);
    expect(await readAll([path], forInput(['N', 2], { limit: 1 }))).toHaveLength(1);
  });

  it('give several inputs of different lengths, also scalars and truth values', async () => {
    const path = await write(
      '{"ids":[[1,2,3]],"mask":[[true,true,false]],"rate":8000}\n{"ids":[4],"mask":[1],"rate":8000}\n',
    );
    const inputs = [
      { name: 'ids', type: 'int64', shape: ['N', 'length'] },
      { name: 'mask', type: 'bool', shape: ['N', 'length'] },
      { name: 'rate', type: 'int64', shape: [] },
    ];
    const batches = await readAll([path], { inputs });
    expect(batches.map(({ inputs: values }) => values)).toEqual([
      {
        ids: { shape: [1, 3], data: [1, 2, 3] },
        mask: { shape: [1, 3], data: [1, 1, 0] },
        rate: { shape: [], data: [8000] },
      },
      {
        ids: { shape: [1, 1], data: [4] },
        mask: { shape: [1, 1], data: [1] },
        rate: { shape: [], data: [8000] },
      },
    ]);
    await failure([path], { inputs: inputs.slice(0, 1), batchSize: 2 });
  });

  it.each<[string, string | Uint8Array]>([
    ['an empty file', ''],
    ['no JSON', 'x = 1'],
    ['no object', '[1,2]'],
    ['a missing input', '{"y":[1,2]}'],
    ['an inherited key', '{"__proto__":{"x":[1,2]}}'],
    ['ragged arrays', '{"x":[[1,2],[3]]}'],
    ['arrays among numbers', '{"x":[1,[2]]}'],
    ['words', '{"x":["a","b"]}'],
    ['a wrong shape', '{"x":[1,2,3]}'],
    ['a shape that lies', '{"x":{"shape":[1000000000,2],"data":[1,2]}}'],
    ['a stack', '{"x":[[[1,2]],[[1,2]]]}'],
    ['an empty sample', '{"x":[[]]}'],
    ['a label in words', '{"x":[1,2],"label":"cat"}'],
    ['too many labels', '{"x":[[1,2],[3,4]],"label":[1,2,3]}'],
    ['a label in words of an output', '{"x":[1,2],"label":{"y":"cat"}}'],
    ['ragged labels', '{"x":[1,2],"label":[[1,2],[3]]}'],
    ['a label of another shape in a batch', '{"x":[1,2],"label":[1,2]}\n{"x":[1,2],"label":[1,2,3]}'],
    ['a line without a label in a batch', '{"x":[1,2],"label":1}\n{"x":[1,2]}'],
    ['labels of other outputs in a batch', '{"x":[1,2],"label":{"a":1}}\n{"x":[1,2],"label":{"b":1}}'],
    ['deep nesting', `{"x":${'['.repeat(5_000_000)}`],
    ['a line without end', Buffer.alloc(20_000_000, 0x20)],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe])],
  ])('refuse %s', async (_, text) => {
    const error = await failure([await write(text)], forInput(['N', 2], { batchSize: 2 }));
    expect(error.where).toContain('data.jsonl');
  });

  it('say which line is wrong', async () => {
    const path = await write('{"x":[1,2]}\n{"x":[1,2]}\n{"x":[1]}\n');
    expect((await failure([path], forInput(['N', 2]))).where).toMatch(/line 3: x$/);
  });

  it('stand alone', async () => {
    const path = await write('{"x":[1,2,3]}\n');
    await failure([path, fixture('f4.npy')], forInput(['N', 3]));
  });
});

describe('labels of any shape', () => {
  const labelsOf = async (text: string, limit?: number) => {
    const spec = forInput(['N', 2], { batchSize: 2, ...(limit !== undefined && { limit }) });
    return (await readAll([await write(text)], spec)).map(({ labels }) => labels);
  };

  it.each<[string, string, unknown]>([
    ['a number a line', '{"x":[1,2],"label":0.5}\n{"x":[3,4],"label":-2}', [0.5, -2]],
    [
      'a list a line',
      '{"x":[1,2],"label":[1,2,3]}\n{"x":[3,4],"label":[4,5,6]}',
      { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
    ],
    [
      'nested lists of stacked samples',
      '{"x":[[1,2],[3,4]],"label":[[1,2],[3,4]]}',
      { shape: [2, 2], data: [1, 2, 3, 4] },
    ],
    [
      'shape and data',
      '{"x":[[1,2],[3,4]],"label":{"shape":[2,1,2],"data":[1,2,3,4]}}',
      { shape: [2, 1, 2], data: [1, 2, 3, 4] },
    ],
    [
      'one of each by output',
      '{"x":[1,2],"label":{"kind":3,"box":[1,2]}}\n{"x":[3,4],"label":{"box":[3,4],"kind":1}}',
      { kind: [3, 1], box: { shape: [2, 2], data: [1, 2, 3, 4] } },
    ],
  ])('are %s', async (_, text, labels) => {
    expect(await labelsOf(text)).toEqual([labels]);
  });

  it('are cut with the samples at the limit', async () => {
    const text = '{"x":[[1,2],[3,4]],"label":{"kind":[1,2],"box":[[1,2],[3,4]]}}';
    expect(await labelsOf(text, 1)).toEqual([{ kind: [1], box: { shape: [1, 2], data: [1, 2] } }]);
  });

  it('are arrays of numpy, read with the samples, and by output in an archive', async () => {
    const folder = await newFolder();
    const save = async (name: string, shape: readonly number[]) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 2);
      await writeFile(join(folder, name), npyBytes(shape, data));
      return join(folder, name);
    };
    const x = await save('x.npy', [3, 2]);
    const read = async (labels: string) =>
      (await readAll([x], forInput(['N', 2], { labels, batchSize: 2 }))).map((batch) => batch.labels);
    expect(await read(await save('maps.npy', [3, 1, 2]))).toEqual([
      { shape: [2, 1, 2], data: [0, 0.5, 1, 1.5] },
      { shape: [1, 1, 2], data: [2, 2.5] },
    ]);
    expect(await read(await save('prices.npy', [3]))).toEqual([[0, 0.5], [1]]);
    expect(
      (await failure([x], forInput(['N', 2], { labels: await save('few.npy', [2]) }))).expected,
    ).toContain('3');
    const lines = await write('{"x":[1,2]}\n{"x":[1,2]}\n{"x":[1,2]}');
    expect(
      (await failure([lines], forInput(['N', 2], { labels: join(folder, 'few.npy') }))).expected,
    ).toContain('3');
    const archive = join(folder, 'labels.npz');
    await writeFile(
      archive,
      zip([
        { name: 'kind.npy', data: npyBytes([3], Float32Array.of(2, 0, 1)) },
        { name: 'box.npy', data: npyBytes([3, 1], Float32Array.of(4, 5, 6)) },
      ]),
    );
    expect(await read(archive)).toEqual([
      { kind: [2, 0], box: { shape: [2, 1], data: [4, 5] } },
      { kind: [1], box: { shape: [1, 1], data: [6] } },
    ]);
  });
});

describe('labels in a file', () => {
  const labelled = async (text: string) => {
    const path = join(await newFolder(), 'labels.txt');
    await writeFile(path, text);
    return forInput(['N', 3], { labels: path, batchSize: 2 });
  };

  it('are numbers or words', async () => {
    const data = [fixture('f4.npy')];
    expect((await readAll(data, await labelled('9\n4\n')))[0]?.labels).toEqual([9, 4]);
    expect((await readAll(data, await labelled('0.25\n-4e1\n')))[0]?.labels).toEqual([0.25, -40]);
    expect((await readAll(data, await labelled('tench\r\ngoldfish\r\n')))[0]?.labels).toEqual([1, 0]);
  });

  it('are as many as the samples', async () => {
    expect((await failure([fixture('f4.npy')], await labelled('1\n'))).received).toBe('1');
    const lines = await write('{"x":[1,2,3]}\n');
    await failure([lines], await labelled('1\n2\n'));
    await failure([lines], await labelled(''));
    await failure([lines], { ...forInput(['N', 3]), labels: 'missing.txt' }, 'file-missing');
  });

  it('are not given twice', async () => {
    await failure([await write('{"x":[1,2,3],"label":1}\n')], await labelled('1\n'));
  });
});

it.each([
  ['1e39', 'float32'],
  ['-1e400', 'float64'],
  ['70000', 'float16'],
])('%s is refused where it is infinite in %s, with its line', async (value, type) => {
  const path = join(await newFolder(), 'data.jsonl');
  await writeFile(path, `{"x": [1]}\n{"x": [${value}]}\n`);
  const error = await failure([path], forInput(['N', 1], { type }), 'non-finite');
  expect(error.where).toBe(`${path}: line 2: x`);
});

describe('arguments', () => {
  it('are checked', async () => {
    const path = fixture('f4.npy');
    await failure([], forInput(['N', 3]), 'invalid-argument');
    await failure([path], { inputs: [] }, 'invalid-argument');
    await failure([path], forInput(['N', 3], { limit: 0 }), 'invalid-argument');
    await failure([path], forInput(['N', 3], { batchSize: 1.5 }), 'invalid-argument');
    await failure([path], forInput([1, 3], { batchSize: 2 }), 'invalid-argument');
    await failure([path], forInput(['N', 3], { type: 'string' }));
    await failure([fixture('make.py')], forInput(['N', 3]));
    await failure([`y=${path}`], forInput(['N', 3]), 'invalid-argument');
    await failure(['nowhere.npy'], forInput(['N', 3]), 'file-missing');
    await failure(['/dev/zero'], forInput(['N', 3]), 'file-unreadable');
  });

  it('stop the work when it is aborted', async () => {
    const stop = new AbortController();
    const batches = readBatches([fixture('f4.npy')], forInput(['N', 3], { signal: stop.signal }));
    const seen: unknown[] = [];
    const run = async () => {
      for await (const batch of batches) {
        seen.push(batch);
        stop.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toHaveLength(1);
  });
});

describe('empty axes', () => {
  const inputs = [
    { name: 'x', type: 'float32', shape: ['N', 2] },
    { name: 'cache', type: 'float32', shape: ['N', 2, 'past', 3] },
  ];

  it.each(['[[[],[]]]', '[[],[]]', '{"shape":[1,2,0,3],"data":[]}', '{"shape":[2,0,3],"data":[]}'])(
    'a cache %s has nothing in it yet',
    async (cache) => {
      const full = JSON.stringify(Array(2).fill(Array(4).fill([1, 2, 3])));
      const path = await write(`{"x":[1,2],"cache":${cache}}\n{"x":[3,4],"cache":${full}}\n`);
      const batches = await readAll([path], { inputs });
      expect(batches.map(({ inputs: values }) => values['cache']?.shape)).toEqual([
        [1, 2, 0, 3],
        [1, 2, 4, 3],
      ]);
      expect(batches[0]?.inputs['cache']?.data).toEqual([]);
    },
  );

  it.each(['[]', '{"shape":[0,2,4,3],"data":[]}', '[[[[]]]]', '{"shape":[1,0,4,3],"data":[]}'])(
    'a cache %s is no sample, or has fixed axes that are empty',
    async (cache) => {
      await failure([await write(`{"x":[1,2],"cache":${cache}}`)], { inputs });
    },
  );
});
