import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { SweepDocument } from '@lowbit/report/text';
import { beforeAll, describe, expect, it } from 'vitest';

import { letterPage } from './letter-page.js';
import { contents, models, run, temporaryFolder } from './support.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);
const data = () => ['--calibrate', inFolder('photos'), '--image-size', '48x192'];
const few = ['--include', '*conv2d_5?.w_0', '--include', '*fc*'];

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const name of ['letters', 'others']) {
    await mkdir(inFolder(`photos/${name}`), { recursive: true });
    for (let i = 0; i < 2; i++)
      await writeFile(
        inFolder(`photos/${name}/${i}.png`),
        letterPage(10 * i, 48 + (name === 'others' ? 150 : 0), 192),
      );
  }
});

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(...argv);
  expect(status, stderr + stdout).toBe(0);
  return stdout;
}

const file = (name: string) => readFile(inFolder(name), 'utf8');

describe('lowbit sweep', () => {
  const grid = ['--bits', '2,8', '--granularity', 'channel,tensor'];
  const two = ['--bits', '2,8', ...few];

  it('tries all settings, as a table with bars, a page and JSON, and writes no model', async () => {
    const told = ['-o', inFolder('all.json'), '--report', inFolder('all.html')];
    const text = await done(
      'sweep',
      models.classifier,
      ...grid,
      ...data(),
      '--labels',
      inFolder('photos'),
      ...told,
      '--jobs',
      '2',
    );
    const document = JSON.parse(await file('all.json')) as SweepDocument;
    expect(document.rows.map(({ bits, granularity }) => `${bits} ${granularity}`)).toEqual([
      ...['2 channel', '2 tensor', '8 channel', '8 tensor'],
    ]);
    for (const { trial } of document.rows) {
      expect(trial.by).toBe('outputs');
      expect(trial.bytes).toBeGreaterThan(100_000);
      expect(trial.rightClass).toBeGreaterThanOrEqual(0);
    }
    const [narrow, , wide] = document.rows.map(({ trial }) => trial);
    expect(wide.sqnrDb!).toBeGreaterThan(narrow.sqnrDb!);
    expect(wide.bytes!).toBeGreaterThan(narrow.bytes!);
    expect(text).toMatch(/min-max +8 +channel .*dB.*█/);
    expect(text).toContain('right class');
    expect(await file('all.html')).toContain('<circle class="bits-8"');
    expect(await contents(folder)).toEqual(['all.html', 'all.json', 'photos']);
  });

  it('gives the same for any number of threads, and from shares that are merged', async () => {
    await done('sweep', models.classifier, ...two, ...data(), '--jobs', '1', '-o', inFolder('one.json'));
    for (const share of ['1/2', '2/2'])
      await done(
        'sweep',
        models.classifier,
        ...two,
        ...data(),
        '--shard',
        share,
        '-o',
        inFolder(`${share[0]}-of-2.json`),
      );
    expect((JSON.parse(await file('1-of-2.json')) as SweepDocument).rows).toHaveLength(1);
    await done('merge', inFolder('2-of-2.json'), inFolder('1-of-2.json'), '-o', inFolder('merged.json'));
    expect(await file('merged.json')).toBe(await file('one.json'));
    const other = await run(
      'sweep',
      models.classifier,
      '--bits',
      '4',
      '--shard',
      '1/1',
      '-o',
      inFolder('other.json'),
    );
    expect(other.status).toBe(0);
    const { status, stderr } = await run('merge', inFolder('other.json'), inFolder('1-of-2.json'));
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('the same work') as string,
    });
  });

  it('says which settings are not possible, and tries the others', async () => {
    const text = await done(
      'sweep',
      models.classifier,
      '--weights',
      'min-max',
      'ternary',
      '--bits',
      '2,3',
      ...few,
    );
    expect(text).toMatch(/not possible\n {2}ternary, 3 bits, channel: /);
    expect(text.match(/dB/g)).toHaveLength(3);
  });
});

describe('lowbit measure', () => {
  const choices = ['--choices', '2,8', ...few];

  it('gives the same for any number of threads, from shares, and after an interruption', async () => {
    await done('measure', models.classifier, ...choices, ...data(), '--jobs', '1', '-o', inFolder('m1.json'));
    const results = ['--results', inFolder('work')];
    for (const share of ['1/2', '2/2']) {
      const output = ['-o', inFolder(`m-${share[0]}.json`)];
      await done(
        'measure',
        models.classifier,
        ...choices,
        ...data(),
        '--shard',
        share,
        ...results,
        ...output,
      );
    }
    await done('merge', inFolder('m-1.json'), inFolder('m-2.json'), '-o', inFolder('mm.json'));
    expect(await file('mm.json')).toBe(await file('m1.json'));
    const before = await contents(inFolder('work'));
    const again = await done(
      'measure',
      models.classifier,
      ...choices,
      ...data(),
      '--jobs',
      '2',
      ...results,
      '--json',
    );
    const { next, ...measured } = JSON.parse(again) as { readonly next: string };
    expect(next).toMatch(/^lowbit quantize .* --measurements FILE --average-bits [\d.]+$/);
    expect(measured).toEqual(JSON.parse(await file('m1.json')));
    expect(await contents(inFolder('work'))).toEqual(before);
    await writeFile(inFolder('photos/letters/0.png'), letterPage(5, 48, 192));
    await done('measure', models.classifier, ...choices, ...data(), ...results, '--quiet');
    expect((await contents(inFolder('work'))).length).toBe(2 * before.length);
  });

  it('merge names what is missing, and the command that makes it', async () => {
    const share = (words: readonly string[], which: string) =>
      done(...words, '--shard', which, '-o', inFolder(`s-${which[0]}.json`), '--force');
    for (const [command, ...words] of [
      ['measure', '--choices', '4,8'],
      ['sweep', '--bits', '2,4,8'],
    ]) {
      const all = [command!, models.classifier, ...words, ...few, '--jobs', '1'];
      await share(all, '1/3');
      await share(all, '3/3');
      const part = inFolder(`${command}-part.json`);
      const { status, stdout: text } = await run(
        'merge',
        inFolder('s-1.json'),
        inFolder('s-3.json'),
        '-o',
        part,
      );
      expect(status).toBe(1);
      expect(text).toMatch(/^missing: share 2 of 3, 1 of \d jobs?$/m);
      const next = `lowbit ${all.join(' ')} --shard 2/3 --output share-2-of-3.json`.replaceAll(
        /(\S*\*\S*)/g,
        "'$1'",
      );
      expect(text.trimEnd().split('\n').at(-1)).toBe(`Next:    ${next}`);
      const document = JSON.parse((await run('merge', part, '--json')).stdout) as object;
      expect(document).toMatchObject({ next, shares: [{ of: 3, done: [1, 3] }] });
      expect((await run('merge', part, '--quiet')).stderr).toMatch(/^missing: share 2 of 3/);
      await share(all, '2/3');
      await done('merge', part, inFolder('s-2.json'), '-o', inFolder(`${command}-whole.json`));
      await done(...all, '-o', inFolder(`${command}-alone.json`));
      expect(await file(`${command}-whole.json`)).toBe(await file(`${command}-alone.json`));
    }
  });

  it('gives a share without a job too', async () => {
    const words = ['measure', models.classifier, '--choices', '4', '--include', '*fc_0.w_0', '--jobs', '1'];
    const share = JSON.parse(await done(...words, '--shard', '3/3')) as object;
    expect(share).toMatchObject({ items: [], shares: [{ of: 3, jobs: 1, done: [3] }] });
    await done(...words, '--shard', '3/3', '-o', inFolder('none.json'));
    await done(...words, '--shard', '1/3', '-o', inFolder('some.json'));
    await done('merge', inFolder('none.json'), inFolder('some.json'), '-o', inFolder('sole.json'));
    await done(...words, '-o', inFolder('sole-alone.json'));
    expect(await file('sole.json')).toBe(await file('sole-alone.json'));
  });

  it('is what plans are made of, the same byte for byte as without it', async () => {
    const budget = ['--average-bits', '6', '--choices', '2,8', ...few, ...data()];
    await done(
      'measure',
      models.classifier,
      ...choices,
      ...data(),
      '-o',
      inFolder('known.json'),
      '--jobs',
      '2',
    );
    const known = ['--measurements', inFolder('known.json')];
    await done('plan', models.classifier, ...budget, '-o', inFolder('alone.plan.json'));
    await done('plan', models.classifier, ...budget, ...known, '-o', inFolder('known.plan.json'));
    expect(await file('known.plan.json')).toBe(await file('alone.plan.json'));
    const other = await run(
      'plan',
      models.detector,
      '--average-bits',
      '6',
      ...known,
      '-o',
      inFolder('x.json'),
    );
    expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining('[plan-mismatch]') as string });
  });

  it('is what plans have done as jobs too, the same byte for byte, and goes on after an interruption', async () => {
    const budget = ['--average-bits', '6', '--choices', '2,8', ...few, ...data()];
    const planned = async (name: string, ...words: readonly string[]) => {
      await done('plan', models.classifier, ...budget, ...words, '-o', inFolder(name));
      return file(name);
    };
    const alone = await planned('one.plan.json');
    const kept = ['--results', inFolder('plan-work')];
    expect(await planned('two.plan.json', '--jobs', '2', ...kept)).toBe(alone);
    const before = await contents(inFolder('plan-work'));
    expect(before.length).toBeGreaterThan(0);
    expect(await planned('three.plan.json', '--jobs', '1', ...kept)).toBe(alone);
    expect(await contents(inFolder('plan-work'))).toEqual(before);
    for (const [name, ...words] of [['alone.onnx'], ['jobs.onnx', '--jobs', '2']] as const)
      await done('quantize', models.classifier, ...budget, ...words, '-o', inFolder(name!), '--quiet');
    expect(await readFile(inFolder('jobs.onnx'))).toEqual(await readFile(inFolder('alone.onnx')));
  });

  it('of another model is refused by name', async () => {
    const known = inFolder('of-one.json');
    await done('measure', models.classifier, '--choices', '4', ...few, '-o', known);
    const measured = JSON.parse(await readFile(known, 'utf8')) as { readonly model: object };
    const told = async (model: object) => {
      await writeFile(inFolder('of-other.json'), JSON.stringify({ ...measured, model }));
      const given = ['--average-bits', '6', '--measurements', inFolder('of-other.json'), ...few];
      return run('plan', models.classifier, ...given, '-o', inFolder('never.json'));
    };
    const hash = '0'.repeat(64);
    const other = await told({ name: 'detector.onnx', hash });
    expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining('of detector.onnx') as string });
    const same = await told({ ...measured.model, hash });
    expect(same.stderr).toContain('of other bytes by the name');
    expect(same.stderr).toContain('[plan-mismatch]');
    expect((await told(measured.model)).status).toBe(0);
    const parts = [known, inFolder('of-other.json')];
    await writeFile(
      inFolder('of-other.json'),
      JSON.stringify({ ...measured, model: { name: 'b.onnx', hash } }),
    );
    expect((await run('merge', ...parts)).stderr).toContain('of another model, b.onnx');
  });

  it('by a metric tells what that loses', async () => {
    const metric = 'export default ({ ...outputs }) => -Object.values(outputs)[0].data[0];';
    await writeFile(inFolder('score.mjs'), metric);
    const words = ['measure', models.classifier, '--choices', '2', ...few, '--metric', inFolder('score.mjs')];
    const measured = JSON.parse(await done(...words, ...data(), '--jobs', '1')) as {
      readonly effect: object;
    };
    expect(measured.effect).toMatchObject({ of: 'metric' });
    expect(await done(...words, ...data(), '--jobs', '2')).toBe(`${JSON.stringify(measured, null, 2)}\n`);
    expect((await run(...words)).stderr).toContain('--calibrate');
  });

  it('needs no data, without which effects are not known', async () => {
    const measured = JSON.parse(await done('measure', models.classifier, '--choices', '4', ...few)) as object;
    expect(measured).not.toHaveProperty('effect');
  });
});

it.each([
  [['sweep', '-'], 'standard input'],
  [['sweep', 'm.onnx', '--bits', '2,x'], '--bits'],
  [['sweep', 'm.onnx', '--shard', '3/2'], '--shard'],
  [['sweep', 'm.onnx', '--jobs', '2', '--queue', 'redis://127.0.0.1'], '--queue'],
  [['sweep', 'm.onnx', '--weights', 'min-mx'], 'min-max'],
  [['measure', 'm.onnx', '--queue', 'localhost'], 'redis://'],
  [['worker'], '--queue'],
  [['plan', 'm.onnx', '--jobs', '2'], '--jobs'],
  [['quantize', 'm.onnx', '--bits', '4', '--results', 'work'], '--results'],
])('%j is refused as wrong usage', async (argv, words) => {
  const { status, stderr } = await run(...argv);
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(words) as string });
});

it('lowbit merge says which file is none of its kind', async () => {
  const other = inFolder('photos/letters/0.png.json');
  await writeFile(other, '{}');
  const { status, stderr } = await run('merge', other);
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining(other) as string });
  expect(readFileSync(other, 'utf8')).toBe('{}');
});
