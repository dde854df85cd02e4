import { appendFile, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contents, run, temporaryFolder } from '../support.js';
import { changeJson, writePictureModel, type Json } from './models.js';

interface Wrong {
  readonly change?: (json: Json) => void;
  /** What is done to the files. */
  readonly damage?: (folder: string, shard: string) => Promise<unknown>;
  readonly code: string;
  readonly says: RegExp;
}

const shardName = 'group1-shard1of1.bin';
const firstWeight = (json: Json) => json.weightsManifest[0]!.weights[0]!;
const paths = (...names: string[]) => ({
  change: (json: Json) => (json.weightsManifest[0]!.paths = names),
});
const layersOf = ({ modelTopology }: Json) =>
  (modelTopology['config'] as { layers: { class_name: string; config: Record<string, unknown> }[] }).layers;
const packed = (shape: readonly number[], bytes: readonly number[]) => ({
  dtype: 'lowbit-packed-1, load this model with load() of @lowbit/tfjs',
  ...{ bytes, shape, bits: 8, levels: 255, scheme: 'affine', offsets: 'none' },
  ...{ parameterStorage: 'float32', slicing: 'tensor' },
});

const cases: Readonly<Record<string, Wrong>> = {
  'a path above the folder': { ...paths(`../model/${shardName}`), code: 'external-data', says: /\.\./ },
  'an absolute path': { ...paths('/etc/hostname'), code: 'external-data', says: /etc/ },
  'an address': { ...paths('https://example.org/x.bin'), code: 'external-data', says: /https/ },
  'a path with a backslash': { ...paths('..\\x.bin'), code: 'external-data', says: /folder/ },
  'a link out of the folder': {
    damage: async (folder, shard) => {
      await rename(shard, join(folder, '..', 'outside.bin'));
      await symlink(join(folder, '..', 'outside.bin'), shard);
    },
    code: 'external-data',
    says: /leads out of it/,
  },
  'a weight file that is missing': { ...paths('nowhere.bin'), code: 'file-missing', says: /nowhere\.bin/ },
  'a weight file that was renamed': {
    damage: (folder, shard) => rename(shard, join(folder, 'group1-shard1of1 (2).bin')),
    code: 'file-missing',
    says: /Rename group1-shard1of1 \(2\)\.bin to group1-shard1of1\.bin/,
  },
  'a weight file that is a folder': {
    ...paths('deep'),
    damage: (folder) => mkdir(join(folder, 'deep')),
    code: 'file-unreadable',
    says: /folder/,
  },
  'a weight file that is too short': {
    damage: (_, shard) => truncate(shard, 100),
    code: 'model-truncated',
    says: /received 100/,
  },
  'a weight file that is too long': {
    damage: (_, shard) => appendFile(shard, 'abc'),
    code: 'model-malformed',
    says: /bytes of weights/,
  },
  'the same file named twice': { ...paths(shardName, shardName), code: 'model-malformed', says: /bytes/ },
  'a huge shape': {
    change: (json) => (firstWeight(json)['shape'] = [2 ** 30, 3, 1, 6]),
    code: 'model-truncated',
    says: /77309411328/,
  },
  'a shape beyond counting': {
    change: (json) => (firstWeight(json)['shape'] = [2 ** 40, 2 ** 40]),
    code: 'model-malformed',
    says: /shape/,
  },
  'a huge packed shape': {
    change: (json) =>
      Object.assign(firstWeight(json), {
        shape: [2 ** 20, 2 ** 20],
        quantization: packed([2 ** 20, 2 ** 20], [212, 4]),
      }),
    code: 'packed-data',
    says: /model\.json/,
  },
  'a shape that is not that of the layer': {
    change: (json) => (firstWeight(json)['shape'] = [6, 1, 3, 3]),
    code: 'model-malformed',
    says: /\[3,3,1,6\]/,
  },
  'an unknown type of numbers': {
    change: (json) => (firstWeight(json)['dtype'] = 'float128'),
    code: 'model-malformed',
    says: /float128/,
  },
  'layers of a size that no memory holds': {
    change: (json) => (layersOf(json).at(-1)!.config['units'] = 2 ** 40),
    code: 'model-malformed',
    says: /TensorFlow\.js builds/,
  },
  'an unknown layer class': {
    change: (json) => (layersOf(json)[0]!.class_name = 'MyLayer'),
    code: 'layer-unsupported',
    says: /registerClass\(MyLayer\)/,
  },
  'a topology without layers': {
    change: (json) => (json.modelTopology = { class_name: 'Sequential', config: { layers: 7 } }),
    code: 'model-malformed',
    says: /topology/,
  },
  'no topology': {
    change: (json) => (json.modelTopology = null as never),
    code: 'model-malformed',
    says: /modelTopology/,
  },
  'a manifest that is no list': {
    change: (json) => (json.weightsManifest = {} as never),
    code: 'model-malformed',
    says: /weightsManifest/,
  },
  'JSON that ends early': {
    damage: (folder) => truncate(join(folder, 'model.json'), 200),
    code: 'model-truncated',
    says: /JSON/,
  },
  'no JSON at all': {
    damage: (folder) => writeFile(join(folder, 'model.json'), 'PK\u0003\u0004'),
    code: 'model-malformed',
    says: /JSON/,
  },
  'an empty file': {
    damage: (folder) => truncate(join(folder, 'model.json'), 0),
    code: 'model-empty',
    says: /JSON/,
  },
};

describe('a TensorFlow.js model with', () => {
  it.each(Object.entries(cases))('%s: a typed error, and nothing written', async (_, wrong) => {
    const outer = await temporaryFolder();
    const folder = join(outer, 'model');
    await writePictureModel(folder);
    if (wrong.change !== undefined) await changeJson(folder, wrong.change);
    await wrong.damage?.(folder, join(folder, shardName));
    const before = await contents(outer);
    const { status, stdout } = await run('quantize', '--allow-larger', folder, '--json');
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string; remedy?: string } };
    expect({ status, code: error.code }).toEqual({ status: 1, code: wrong.code });
    expect(`${error.message} ${error.remedy}`).toMatch(wrong.says);
    expect(await contents(outer)).toEqual(before);
  });
});

describe('a folder', () => {
  it('without model.json is told what is missing', async () => {
    const folder = await temporaryFolder();
    const { status, stderr } = await run('inspect', folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/model\.json: the file does not exist \[file-missing\]/);
  });

  it('with a plan in place of a model is told so', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'plan.json'), '{"format":"lowbit-plan","version":1}');
    const { status, stderr } = await run('inspect', join(folder, 'plan.json'));
    expect(status).toBe(1);
    expect(stderr).toContain('a TensorFlow.js model.json with a modelTopology');
  });
});
