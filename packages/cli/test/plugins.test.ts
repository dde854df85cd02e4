import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { lowbit, models, run, temporaryFolder } from './support.js';

const files = {
  'coarse.mjs': `
    export default (configured = {}) => ({
      kind: 'quantizer', api: 2, name: 'coarse', summary: 'rather coarse', roles: ['weight'], bits: { weight: [3, 5] },
      options: { reach: { type: 'number', default: 1, min: 0.1, max: 2, help: 'part of the range that is kept' } },
      configured,
      fit(values, { bits, options }) {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        return { kind: 'affine', levels: 2 ** bits, scale: Math.fround((2 * options.reach * largest) / (2 ** bits - 1)) };
      },
    });`,
  'by-turns.mjs': `
    export const policy = {
      kind: 'policy', api: 2, name: 'by-turns', options: { odd: { type: 'number', default: 3, help: 'bits of every second' } },
      assign: (draft, layers, { options }) =>
        draft.map((entry, i) => ({ ...entry, bits: i % 2 ? options.odd : 5, reason: 'by turns' })),
    };`,
  'clumsy.mjs': `
    export default { kind: 'quantizer', api: 2, name: 'clumsy', roles: ['weight'], bits: { weight: [8] },
      fit() { throw new Error('dropped the values'); } };`,
  'tomorrow.mjs': `export default { kind: 'quantizer', api: 3, name: 'from-tomorrow' };`,
} as const;

let folder: string;
const inFolder = (name: string) => join(folder, name);
const plugin = (name: keyof typeof files) => ['--plugin', inFolder(name)];
const out = () => ['-o', inFolder('out.onnx'), '--force'];

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(inFolder(name), text);
});

async function quantized(...argv: readonly string[]): Promise<QuantizeDocument> {
  const { status, stdout } = await run('quantize', models.classifier, ...argv, ...out(), '--json');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

describe('methods from files', () => {
  it('quantize, with options by name', async () => {
    const argv = [...plugin('coarse.mjs'), ...plugin('by-turns.mjs')];
    const { report } = await quantized(...argv, '--weights', 'coarse:reach=0.5', '--bits', 'by-turns');
    expect(new Set(report.weights.map(({ bits }) => bits))).toEqual(new Set([3, 5]));
    const chosen = report.plan.weights.flatMap((entry) => (entry.bits === 'float' ? [] : [entry.quantizer]));
    expect(new Set(chosen.map((entry) => JSON.stringify(entry)))).toEqual(
      new Set([JSON.stringify({ name: 'coarse', options: { reach: 0.5 } })]),
    );
  });

  it('give the same file when their plan is applied again, with the plugin', async () => {
    const first = await quantized(...plugin('coarse.mjs'), '--weights', 'coarse', '--bits', '5');
    const bytes = await readFile(inFolder('out.onnx'));
    await writeFile(inFolder('plan.json'), JSON.stringify(first.report.plan));
    const plan = ['--plan', inFolder('plan.json')];
    await quantized(...plan, ...plugin('coarse.mjs'));
    expect((await readFile(inFolder('out.onnx'))).equals(bytes)).toBe(true);
    const without = await run('quantize', models.classifier, ...plan, ...out());
    expect(without.status).toBe(1);
    expect(without.stderr).toMatch(/unknown-plugin.*coarse/);
  });

  it('are listed with their options', async () => {
    const { status, stdout } = await run('methods', ...plugin('coarse.mjs'), ...plugin('by-turns.mjs'));
    expect(status).toBe(0);
    for (const text of [
      'coarse',
      'rather coarse',
      'option reach=1 (0.1 to 2)',
      'by-turns',
      'option odd=3',
      'min-max',
    ])
      expect(stdout).toContain(text);
    const { methods } = JSON.parse((await run('methods', ...plugin('by-turns.mjs'), '--json')).stdout) as {
      methods: readonly { name: string; options?: object }[];
    };
    expect(methods.find(({ name }) => name === 'by-turns')?.options).toHaveProperty('odd');
  });

  it('are found from the working directory by the command itself', async () => {
    const { status, stdout } = await lowbit(['methods', '--plugin', './coarse.mjs'], { cwd: folder });
    expect(status).toBe(0);
    expect(stdout).toContain('coarse');
  });
});

describe('what goes wrong with them', () => {
  it('a method that throws is told with its name and the weight', async () => {
    const { status, stderr } = await run(
      'quantize',
      models.classifier,
      ...plugin('clumsy.mjs'),
      '--weights',
      'clumsy',
      ...out(),
    );
    expect(status).toBe(1);
    expect(stderr).toContain("quantizer 'clumsy' at weight '");
    expect(stderr).toContain('[plugin-failed]');
    expect(stderr).toContain('dropped the values');
  });

  it('another version of the interface is told, with both versions, before any work', async () => {
    const { status, stderr } = await run('quantize', 'nowhere.onnx', ...plugin('tomorrow.mjs'));
    expect(status).toBe(1);
    expect(stderr).toContain("quantizer 'from-tomorrow'");
    expect(stderr).toContain('expected api 2; received api 3');
  });

  it.each([
    [['--plugin', 'nowhere.mjs'], 1, '[file-missing]'],
    [['--weights', 'coarse'], 2, 'lowbit methods'],
  ])('%j', async (argv, expected, message) => {
    const { status, stderr } = await run('quantize', models.classifier, ...argv, ...out());
    expect(stderr).toContain(message);
    expect(status).toBe(expected);
  });

  it('a misspelt name of theirs gets a hint', async () => {
    const { status, stderr } = await run('quantize', 'm.onnx', ...plugin('coarse.mjs'), '--weights', 'coars');
    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean coarse?');
  });
});
