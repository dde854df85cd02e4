import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import { beforeAll, describe, expect, it } from 'vitest';

import { run, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(at('m.onnx'), tinyModel());
  const inputs = Float32Array.from({ length: 4 * 64 }, (_, i) => Math.sin(i * i));
  await writeFile(at('x.npy'), npyBytes([4, 64], inputs));
  for (const [command, output] of [
    ['quantize', 'q.onnx'],
    ['plan', 'plan.json'],
    ['measure', 'measured.json'],
    ['sweep', 'swept.json'],
  ] as const)
    expect((await run(command, at('m.onnx'), '-o', at(output))).status).toBe(0);
});

const ofRandom = /^lowbit compare .*m\.onnx .*q\.onnx --calibrate PATH, with real inputs$/;
const ofMeasured = /^lowbit quantize .*m\.onnx --measurements .*\.json --average-bits [\d.]+$/;

/** Commands, each with the files that it takes, and what comes after it. */
const commands: readonly (readonly [readonly string[], RegExp])[] = [
  [['inspect', 'm.onnx'], /^lowbit quantize .*m\.onnx$/],
  [['compare', 'm.onnx', 'q.onnx', '--rounds', '0'], ofRandom],
  [['plan', 'm.onnx', '-o', 'p.json'], /^lowbit quantize .*m\.onnx --plan .*p\.json$/],
  [['explain', 'plan.json'], /^lowbit quantize MODEL --plan .*plan\.json$/],
  [['measure', 'm.onnx', '-o', 'again.json'], ofMeasured],
  [['merge', 'measured.json', '-o', 'merged.json'], ofMeasured],
  [['sweep', 'm.onnx', '--bits', '4'], /^lowbit sweep .*m\.onnx --calibrate PATH, with real inputs/],
  [
    ['merge', 'swept.json', '-o', 'merged.json'],
    /^lowbit sweep .*m\.onnx --calibrate PATH, with real inputs/,
  ],
  [
    ['sweep', 'm.onnx', '--bits', '4,8', '--calibrate', 'x.npy'],
    /^lowbit quantize .*m\.onnx --calibrate .*x\.npy --weights min-max --bits 4 --granularity channel$/,
  ],
  [
    ['sweep', 'm.onnx', '--bits', '4,8', '--shard', '1/2', '-o', 's.json'],
    /^lowbit merge .*s\.json OTHERS --output/,
  ],
  [['quantize', 'm.onnx', '-o', 'r.onnx'], /^const session = await ort\.InferenceSession\.create/],
  [['methods'], /^lowbit quantize MODEL --weights NAME/],
];

const isFile = /\.(onnx|json|npy)$/;

describe('what comes next', () => {
  it.each(commands)('after %s is in the last line, and with --json in the document', async (words, next) => {
    const argv = words.map((word) => (isFile.test(word) ? at(word) : word));
    const force = words.includes('-o') ? ['--force'] : [];
    const text = await run(...argv, ...force);
    const line = /^Next: {4}(.*)$/.exec(text.stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(line?.[1], text.stdout + text.stderr).toMatch(next);
    const json = await run(...argv, ...force, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ next: line?.[1] });
  });

  it('is told beside a document that is printed as it would be written', async () => {
    const { stdout, stderr } = await run('measure', at('m.onnx'));
    expect(stdout).toBe(await readFile(at('measured.json'), 'utf8'));
    expect(stderr).toMatch(/^(measuring .*\n)*Next: {4}lowbit quantize .*m\.onnx --measurements FILE/);
  });

  it('after measuring is a budget that can be kept with what was measured', async () => {
    const { stdout } = await run(
      'measure',
      at('m.onnx'),
      '--choices',
      '3',
      '--granularity',
      'group:32',
      '--json',
    );
    await writeFile(at('three.json'), stdout);
    const { next } = JSON.parse(stdout) as { readonly next: string };
    const words = next.replace('FILE', at('three.json')).split(' ').slice(1);
    const done = await run(...words, '-o', at('three.onnx'), '--quiet');
    expect([done.status, done.stderr]).toEqual([0, '']);
  });
});

describe('words of our packages', () => {
  it('name options of the command line', async () => {
    const argv = ['quantize', at('m.onnx'), '--activations', 'dynamic', '-o', at('a.onnx'), '--force'];
    const given = { status: 0, stdout: expect.not.stringMatching(/integersFor|freezeInputs/) as string };
    expect(await run(...argv, '--integers', 'auto')).toMatchObject(given);
    expect(await run(...argv, '--integers', 'qdq')).toMatchObject(given);
  });
});
