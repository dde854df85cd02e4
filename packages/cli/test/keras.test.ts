import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { readKeras } from '@lowbit/keras';
import { beforeEach, describe, expect, it } from 'vitest';

import { folderWith } from './keras-folder.js';
import { contents, lowbit, models, run, temporaryFolder, withoutPackage } from './support.js';

/** Runs in this process, in a folder. */
async function json(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await run(...argv, '--json');
  expect(status, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Signal to noise of all outputs of two files. */
async function decibels(a: string, b: string, ...options: readonly string[]): Promise<number> {
  const { overall } = (await json('compare', a, b, '--rounds', '0', ...options)) as {
    overall: { sqnrDb: number | null; exact: boolean };
  };
  return overall.exact ? Infinity : overall.sqnrDb!;
}

/** Writes rows of data for a model of one input beside it. */
async function rowsFor(file: string): Promise<string> {
  const { network } = await readKeras(new Uint8Array(await readFile(file)));
  const [name, [, size]] = [network.inputs[0]!.layer, network.calls[0]!.inputShapes[0]!];
  const rows = Array.from({ length: 8 }, (_, i) => ({
    [name]: Array.from({ length: size! }, (__, k) => Math.sin(i + k)),
  }));
  const path = join(dirname(file), 'x.jsonl');
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

describe('lowbit quantize', () => {
  it('writes a packed folder for TensorFlow.js, which needs no TensorFlow.js', async () => {
    const cwd = await folderWith('keras3', 'conv2d');
    const env = withoutPackage('@tensorflow/');
    const { status, stdout, stderr } = await lowbit(['quantize', 'model.keras'], { cwd, env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(join('model_q8', 'model.json'));
    expect(await contents(join(cwd, 'model_q8'))).toEqual(['group1-shard1of1.bin', 'model.json']);
    const [file, folder] = [join(cwd, 'model.keras'), join(cwd, 'model_q8')];
    expect(await decibels(file, folder)).toBeGreaterThan(30);
    expect(await decibels(folder, file)).toBeGreaterThan(30);
  });

  it('writes an ONNX file', async () => {
    const cwd = await folderWith('keras3', 'conv2d');
    const [file, onnx] = [join(cwd, 'model.keras'), join(cwd, 'model_q8.onnx')];
    const told = await json('quantize', file, '--to', 'onnx', '--optimize', 'memory');
    expect(told).toMatchObject({ output: onnx, sessionOptions: expect.anything() as unknown });
    const { weights } = told['report'] as { weights: { form: string; sizes: { memory: number } }[] };
    expect(new Set(weights.map(({ form }) => form))).not.toContain('float at run time');
    expect(await decibels(file, onnx)).toBeGreaterThan(30);
  });

  it.each(['tfjs', 'onnx'])('judges results with quantized activations too, for %s', async (to) => {
    const file = join(await folderWith('keras3', 'dense'), 'model.keras');
    const data = ['--calibrate', await rowsFor(file), '--activations', 'min-max', '--allow-larger'];
    const { report } = await json('quantize', file, '--to', to, ...data);
    const { verdict } = report as { verdict: { by: string; outputs: { samples: number } } };
    expect(verdict).toMatchObject({ by: 'outputs', outputs: { samples: 8 } });
  });

  it.each(['tfjs', 'onnx'])('judges by the outputs on data what becomes a model for %s', async (to) => {
    const cwd = await folderWith('keras3', 'dense');
    const file = join(cwd, 'model.keras');
    const told = await json(
      'quantize',
      file,
      '--calibrate',
      await rowsFor(file),
      '--to',
      to,
      '--allow-larger',
    );
    const { verdict } = told['report'] as { verdict: object };
    expect(verdict).toMatchObject({ grade: 'probably-usable', by: 'outputs', outputs: { samples: 8 } });
    expect(told['next']).toContain(to === 'onnx' ? 'ort.InferenceSession.create' : 'await load(');
  });

  it('statistics of inputs serve again', async () => {
    const cwd = await folderWith('keras3', 'dense');
    const file = join(cwd, 'model.keras');
    const given = ['quantize', file, '--bits', '3', '--allow-larger', '--rounding', 'auto'];
    const saving = ['--calibrate', await rowsFor(file), '--save-calibration', join(cwd, 'statistics')];
    const weightsOf = ({ report }: Record<string, unknown>) =>
      (report as { weights: { rounding?: object }[] }).weights.map(({ rounding }) => rounding);
    const found = weightsOf(await json(...given, ...saving));
    expect(found[0]).toMatchObject({ rounder: 'auto', rows: 7 });
    const again = await json(...given, '--calibration', join(cwd, 'statistics'), '--force');
    expect(weightsOf(again)).toEqual(found);
  });

  it('leaves weights as they were that gain nothing in an ONNX file', async () => {
    const cwd = await folderWith('keras3', 'dense');
    const [file, onnx] = [join(cwd, 'model.keras'), join(cwd, 'model_q2.onnx')];
    const { report } = (await json('quantize', file, '--to', 'onnx', '--bits', '2')) as {
      report: { weights: unknown[]; skipped: { reason: string }[] };
    };
    expect(report.weights).toEqual([]);
    expect(report.skipped.map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('left as it was'),
    );
    expect(await decibels(file, onnx)).toBeGreaterThan(100);
  });

  it.each(['model.h5', 'model.weights.h5'])('takes %s', async (name) => {
    const cwd = await folderWith('keras2', 'nested');
    const topology = name === 'model.h5' ? [] : ['--topology', join(cwd, 'model.json')];
    const file = join(cwd, name);
    const told = await json('quantize', file, ...topology, '--bits', '4', '--weights', 'ul2q');
    expect(told['output']).toBe(join(cwd, 'model_q4', 'model.json'));
    expect(await decibels(join(cwd, 'model.keras'), join(cwd, 'model_q4'))).toBeGreaterThan(5);
    expect(await decibels(join(cwd, 'model.keras'), file, ...topology)).toBe(Infinity);
  });

  it('quantizes activations, on data too, and a plan decides again', async () => {
    const cwd = await folderWith('keras3', 'dense');
    const file = join(cwd, 'model.keras');
    const data = await rowsFor(file);
    const first = await json(
      'quantize',
      file,
      '--activations',
      'percentile',
      '--calibrate',
      data,
      '-o',
      join(cwd, 'a'),
    );
    expect(first['calibration']).toMatchObject({ batches: expect.any(Number) as number });
    const { activations } = first['report'] as { activations: { form: string }[] };
    expect(activations).toHaveLength(2);
    await json('quantize', file, '--activations', 'dynamic', '-o', join(cwd, 'b'));
    const plan = join(cwd, 'done.json');
    await writeFile(plan, JSON.stringify(await json('quantize', file, '--bits', '3', '-o', join(cwd, 'c'))));
    await json('quantize', file, '--plan', plan, '-o', join(cwd, 'd'));
    expect(await readFile(join(cwd, 'd', 'group1-shard1of1.bin'))).toEqual(
      await readFile(join(cwd, 'c', 'group1-shard1of1.bin')),
    );
  });

  it.each([
    ['dynamic', 8, 30],
    ['min-max', 8, 30],
    ['percentile', 8, 30],
    // It has no levels below 0, which these inputs reach.
    ['hwgq', 4, 0],
  ])('writes activations by %s with %i bits for both runtimes', async (method, bits, least) => {
    const cwd = await folderWith('keras3', 'dense');
    const file = join(cwd, 'model.keras');
    const calibrate = method === 'dynamic' ? [] : ['--calibrate', await rowsFor(file)];
    const options = ['--activations', method, '--activation-bits', String(bits), ...calibrate];
    const [onnx, folder] = [join(cwd, 'q.onnx'), join(cwd, 'q')];
    const told = await json('quantize', file, '--to', 'onnx', '-o', onnx, ...options);
    await json('quantize', file, '-o', folder, ...options);
    const { activations } = told['report'] as { activations: object[] };
    expect(activations).toHaveLength(2);
    expect(await decibels(file, onnx)).toBeGreaterThan(least);
    expect(await decibels(file, folder)).toBeGreaterThan(least);
  });

  it.each([
    [['--format', 'plain'], '--format'],
    [['--optimize', 'memory'], '--optimize'],
    [['--integers', 'qdq', '--activations', 'dynamic', '--to', 'onnx'], '--integers'],
    [['--to', 'pytorch'], '--to'],
    [['--to', 'onnx', '-o', 'folder'], '--output'],
    [['-o', 'out.onnx'], '--output'],
  ])('%s is a wrong word', async (options, named) => {
    const cwd = await folderWith('keras3', 'dense');
    const { status, stderr } = await run('quantize', join(cwd, 'model.keras'), ...options);
    expect(status).toBe(2);
    expect(stderr).toContain(named);
  });

  it.each([
    [['--format', 'plain'], /run lowbit import \S+model\.keras and/],
    [['--float16', '--to', 'onnx'], /run lowbit import \S+model\.keras --to onnx and/],
  ])('%s is for what the import writes', async (options, remedy) => {
    const cwd = await folderWith('keras3', 'dense');
    const { status, stderr } = await run('quantize', join(cwd, 'model.keras'), ...options);
    expect(status).toBe(2);
    expect(stderr).toMatch(remedy);
  });

  it('of weights alone asks for the topology, in its own words', async () => {
    const cwd = await folderWith('keras3', 'dense');
    const { status, stderr } = await run('quantize', join(cwd, 'model.weights.h5'));
    expect(status).toBe(1);
    expect(stderr).toContain('--topology FILE');
  });
});

it('options for Keras are for no other model', async () => {
  const cwd = await temporaryFolder();
  const file = join(cwd, 'model.onnx');
  await copyFile(models.classifier, file);
  for (const options of [
    ['--to', 'tfjs'],
    ['--topology', file],
  ]) {
    const { status, stderr } = await run('quantize', file, ...options);
    expect(status).toBe(2);
    expect(stderr).toContain('a model of Keras');
  }
});

it('data name inputs as the file of Keras does, or as what becomes of it', async () => {
  const cwd = await folderWith('keras3-names', 'names');
  const at = (name: string) => join(cwd, name);
  await json('import', at('model.keras'), '-o', at('folder'));
  await json('import', at('model.keras'), '--to', 'onnx');
  for (const [i, name] of ['вход', 'layer_____'].entries()) {
    const data = at(`${name}.jsonl`);
    await writeFile(data, `{"${name}":[1,2,3]}\n{"${name}":[-3,1,2]}\n`);
    for (const [a, b] of [
      ['model.keras', 'folder'],
      ['folder', 'model.keras'],
      ['model.keras', 'model.onnx'],
    ] as const)
      expect(await decibels(at(a), at(b), '--calibrate', data)).toBeGreaterThan(80);
    const quantized = ['--allow-larger', '--calibrate', data, '-o', at(`q${i}`)];
    await json('quantize', at('model.keras'), ...quantized);
    await json('plan', at('folder'), '--calibrate', data, '-o', at(`plan${i}.json`));
  }
});

describe('lowbit import', () => {
  it('writes an ONNX file, which computes the same', async () => {
    const cwd = await folderWith('keras3', 'conv2d');
    const file = join(cwd, 'model.keras');
    expect(await json('import', file, '--to', 'onnx')).toMatchObject({ output: join(cwd, 'model.onnx') });
    expect(await decibels(file, join(cwd, 'model.onnx'))).toBeGreaterThan(80);
  });

  describe('a store of weights in parts', () => {
    let cwd: string;
    const names = ['part_00000.weights.h5', 'part_00001.weights.h5', 'part.weights.json'] as const;
    const importFrom = (name: string) =>
      run(
        'import',
        join(cwd, name),
        '--topology',
        join(cwd, 'model.json'),
        '-o',
        join(cwd, `of_${name.replaceAll('.', '_')}`),
      );

    beforeEach(async () => {
      cwd = await folderWith('older', 'sharded');
      for (const i of [0, 1]) await rename(join(cwd, `part${i}.h5`), join(cwd, names[i]!));
    });

    it('is read whole from any of its parts, and from their index', async () => {
      const made = names.map(async (name) => {
        expect((await importFrom(name)).status).toBe(0);
        return readFile(join(cwd, `of_${name.replaceAll('.', '_')}`, 'group1-shard1of1.bin'));
      });
      const [first, ...others] = await Promise.all(made);
      expect(others).toEqual([first, first]);
      const argv = ['quantize', join(cwd, names[2]), '--topology', join(cwd, 'model.json'), '--allow-larger'];
      expect(await json(...argv)).toMatchObject({ output: join(cwd, 'part_q8', 'model.json') });
    });

    it('names a part that is missing', async () => {
      await rename(join(cwd, names[0]), join(cwd, 'first.weights.h5'));
      for (const name of names.slice(1)) {
        const { status, stderr } = await importFrom(name);
        expect(status).toBe(1);
        expect(stderr).toContain(`${join(cwd, names[0])}: the file does not exist`);
        expect(stderr).toContain(`into one folder, named as Keras named them: ${names[0]}, ${names[1]}`);
      }
      const { stderr } = await importFrom('first.weights.h5');
      expect(stderr).toContain('weights-mismatch');
      expect(stderr).toContain('with all parts in one folder, named as Keras named them');
    });

    it('is not looked for outside of its folder', async () => {
      const index = join(cwd, names[2]);
      const text = await readFile(index, 'utf8');
      const other = await temporaryFolder();
      await copyFile(join(cwd, names[1]), join(other, names[1]));
      await writeFile(index, text.replaceAll(names[1], `../${basename(other)}/${names[1]}`));
      expect((await importFrom(names[2])).stderr).toContain('external-data');
    });
  });

  it('names layers that TensorFlow.js alone does not load', async () => {
    const cwd = await folderWith('keras3', 'group_normalization');
    const { notes } = (await json('import', join(cwd, 'model.keras'))) as { notes: string[] };
    expect(notes).toEqual([expect.stringContaining('LowbitGroupNormalization')]);
  });
});
