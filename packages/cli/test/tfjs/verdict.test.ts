import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import { beforeAll, expect, it } from 'vitest';

import type { QuantizeDocument } from '../../src/commands/quantize-document.js';
import { run, temporaryFolder } from '../support.js';
import { writeGraphModel, writeMobileNet, writePictureModel } from './models.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictureModel(at('pictures'));
  await writeGraphModel(at('graph'));
});

async function verdictOf(model: string, shape: readonly number[], ...options: readonly string[]) {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = at(`${shape.join('x')}.npy`);
  await writeFile(
    data,
    npyBytes(
      [...shape],
      Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    ),
  );
  const argv = ['quantize', model, '--calibrate', data, '--allow-larger', '--json', '--force', ...options];
  const { status, stdout } = await run(...argv);
  expect(status, stdout).toBe(0);
  return (JSON.parse(stdout) as QuantizeDocument).report;
}

it.each([
  ['pictures', [40, 8, 8, 1]],
  ['graph', [40, 64]],
])('the verdict on a model of TensorFlow.js is by its outputs on data: %s', async (model, shape) => {
  const { verdict, warnings } = await verdictOf(at(model), shape);
  expect(verdict).toMatchObject({
    grade: 'probably-usable',
    by: 'outputs',
    outputs: { samples: 32, outputs: [{ exact: false, nonFinite: 0 }] },
  });
  expect(warnings.filter((warning) => warning.includes('calibrate'))).toEqual([]);
  const few = await verdictOf(at(model), shape, '--bits', '1', '-o', at(`${model}1`));
  expect(few.verdict!.sqnrDb!).toBeLessThan(verdict!.sqnrDb!);
});

it('of weights that are stored in 8 bits already says so where nothing is gained, and what is smaller', async () => {
  await writeMobileNet(at('mobile'));
  const refused = await run('quantize', at('mobile'), '-o', at('small'));
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('266 weights stored as uint8 in the original');
  const [, command = '', bytes] =
    /hint: {2}Try lowbit (.*), which takes (\d+) bytes or fewer; leave/.exec(refused.stderr) ?? [];
  expect(command).toContain(' --bits 4');
  const tried = await run(...command.split(' '), '--no-measure', '--json');
  const { modelBytes } = (JSON.parse(tried.stdout) as QuantizeDocument).report;
  expect(modelBytes.after).toBeLessThanOrEqual(Number(bytes));
  expect(modelBytes.after).toBeGreaterThan(0.95 * Number(bytes));
});
