import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../../src/commands/quantize-document.js';
import type { TfjsInspection } from '../../src/tfjs/inspect-model.js';
import { run, temporaryFolder } from '../support.js';
import { writeGraphModel, writePictureModel } from './models.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

async function json<T>(...argv: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await run(...argv, '--json');
  expect(status, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

const quantized = (...argv: readonly string[]) =>
  json<QuantizeDocument>('quantize', '--allow-larger', ...argv);
const inspected = (name: string) => json<TfjsInspection>('inspect', at(name));

const forms: Readonly<Record<string, readonly string[]>> = {
  packed: [],
  plain: ['--format', 'plain'],
  half: ['--format', 'plain', '--plain', 'float16'],
};

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictureModel(at('pictures'));
  await writeGraphModel(at('graph'));
});

describe.each(['pictures', 'graph'])('what lowbit wrote of %s is not quantized again', (model) => {
  it.each(Object.entries(forms))('in the form %s, and inspect says so', async (form, options) => {
    const name = `${model}-${form}`;
    const first = await quantized(at(model), '--bits', '4', ...options, '-o', at(name));
    const again = await run(
      'quantize',
      '--allow-larger',
      at(name, 'model.json'),
      '--bits',
      '2',
      '-o',
      at(`${name}-2`),
      '--json',
    );
    expect(again.status).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({
      error: {
        code: 'nothing-to-quantize',
        received: expect.stringContaining('quantized already by lowbit: min-max at 4 bits') as string,
      },
    });
    const { quantizable, skipped } = (await inspected(name)) as Extract<
      TfjsInspection,
      { quantizable: unknown }
    >;
    expect(quantizable).toEqual([]);
    const told = skipped.filter(({ reason }) => reason === 'quantized already by lowbit: min-max at 4 bits');
    const subjects = told.flatMap(({ subjects: all }) => all);
    expect(new Set(subjects)).toEqual(new Set(first.report.weights.map(({ id }) => id)));
    await expect(readFile(at(`${name}-2`, 'model.json'))).rejects.toThrow();
  });
});

describe('what a run left float', () => {
  const model = 'pictures';
  it.each(Object.entries(forms))('is quantized by a second, in the form %s', async (form, options) => {
    const plan = await quantized(at(model), '--bits', '4', ...options, '-o', at(`${model}-${form}-all`));
    const one = plan.report.weights[0]!.id;
    const name = `${model}-${form}-one`;
    await quantized(at(model), '--bits', '4', '--include', one, ...options, '-o', at(name));
    const second = await quantized(at(name), '--bits', '8', ...options, '-o', at(`${name}-2`));
    const rest = plan.report.weights.map(({ id }) => id).filter((id) => id !== one);
    expect(second.report.weights.map(({ id }) => id)).toEqual(rest);
    expect(second.report.modelBytes.after).toBeLessThan(second.report.modelBytes.before + 2500);
    const { lowbit, weights } = await inspected(`${name}-2`);
    expect(lowbit?.plan?.weights.map(({ bits, count }) => [bits, count])).toEqual([
      [4, 1],
      [8, rest.length],
    ]);
    const kept = (await inspected(name)).weights.filter(({ type }) => type !== 'float32');
    expect(weights).toEqual(expect.arrayContaining([...kept]));
  });
});
