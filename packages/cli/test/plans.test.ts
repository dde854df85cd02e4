import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { QuantizationPlan } from '@lowbit/core';
import { npyBytes } from '@lowbit/data';
import { beforeAll, describe, expect, it } from 'vitest';

import { chainModel, chainSamples, chainSizes } from './chain-model.js';
import { folderWith } from './keras-folder.js';
import { run, temporaryFolder } from './support.js';
import { writeGraphModel, writePictureModel } from './tfjs/models.js';

const rows = 32;
let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const data = () => ['--calibrate', at('x.npy')];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(at('chain.onnx'), chainModel());
  await writeFile(at('x.npy'), npyBytes([rows, chainSizes[0]], chainSamples(rows)));
});

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(...argv);
  expect(status, stderr + stdout).toBe(0);
  return stdout;
}
const planIn = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as QuantizationPlan;

describe('lowbit plan', () => {
  it('writes a plan that quantize applies to the same bytes', async () => {
    const options = ['--target-size', '14.5kB', ...data()];
    const text = await done('plan', at('chain.onnx'), ...options, '-o', at('plan.json'));
    expect(text).toMatch(/^Planned\n {2}\d × /);
    expect(text).toContain('of 14\u202f500 bytes');
    const { weights, port } = await planIn(at('plan.json'));
    expect(port).toBe('onnx');
    expect(weights.map(({ id }) => id)).toEqual(['w0', 'w1', 'w2', 'w3']);
    await done('quantize', at('chain.onnx'), ...options, '-o', at('direct.onnx'));
    const next = /Next: +lowbit (.*)\n/.exec(text)?.[1]?.split(' ') ?? [];
    expect(next).not.toContain('--target-size');
    await done(...next, '-o', at('planned.onnx'));
    expect(await readFile(at('planned.onnx'))).toEqual(await readFile(at('direct.onnx')));
    expect((await stat(at('planned.onnx'))).size).toBeLessThanOrEqual(14_500);
  });

  it('names nothing in what comes next that the plan decides', async () => {
    const options = ['--bits', '4', '--rounding', 'nearest', '--no-correct-biases', ...data()];
    const text = await done('plan', at('chain.onnx'), ...options, '-o', at('nearest.json'));
    const next = /Next: +lowbit (.*)\n/.exec(text)?.[1]?.split(' ') ?? [];
    expect(next).not.toContain('--no-correct-biases');
    await done(...next, '-o', at('nearest.onnx'));
  });

  it('gives the same plan each time, and one document for scripts', async () => {
    const argv = ['plan', at('chain.onnx'), '--average-bits', '4', ...data(), '--force'];
    await done(...argv, '-o', at('one.json'));
    const document = JSON.parse(await done(...argv, '-o', at('two.json'), '--json')) as object;
    expect(await readFile(at('two.json'))).toEqual(await readFile(at('one.json')));
    expect(document).toMatchObject({
      output: at('two.json'),
      plan: await planIn(at('two.json')),
      warnings: [],
      budget: { effect: { of: 'outputs', samples: rows } },
    });
    await writeFile(at('document.json'), JSON.stringify(document));
    const given = ['--plan', at('document.json'), ...data()];
    await done('quantize', at('chain.onnx'), ...given, '-o', at('d.onnx'));
  });

  it('says what is unverified, takes what quantize takes, and stands beside the model', async () => {
    const text = await done('plan', at('chain.onnx'), '--average-bits', '4');
    expect(text).toContain(
      'warning: budget: bits were chosen by the errors of the weights alone, unverified',
    );
    const told = /([\d.]+) of 4 stored bits a value, \d+\.\d %/.exec(text)![1];
    const attained = `Weights take ${told} stored bits a value on average`;
    expect(await done('explain', at('chain.onnx.plan.json'))).toContain(attained);
    const asked = ['plan', at('chain.onnx'), '--average-bits', '4', '--force', '--json'];
    const { budget, plan } = JSON.parse(await done(...asked)) as Record<string, Record<string, number>>;
    expect(budget!['averageBits']!.toPrecision(3)).toBe(Number(told).toPrecision(3));
    expect(plan!['averageBits']).toBe(budget!['averageBits']);
    await done('plan', at('chain.onnx'), '--bits', '4', '--exclude', 'w1', '--first-last', '8', '--force');
    const { weights } = await planIn(at('chain.onnx.plan.json'));
    expect(weights.map(({ bits }) => bits)).toEqual([8, 'float', 4, 8]);
    const { status, stderr } = await run('plan', at('chain.onnx'));
    expect(status).toBe(1);
    expect(stderr).toContain('[file-exists]');
  });

  it('serves models of TensorFlow.js and Keras', async () => {
    await writePictureModel(at('pictures'));
    await writeGraphModel(at('graph'));
    for (const model of ['pictures', 'graph']) {
      await done('plan', at(model), '--average-bits', '9', '--choices', '4,8', '-o', at(`${model}.json`));
      const argv = ['--plan', at(`${model}.json`), '--allow-larger', '-o', at(`${model}-out`)];
      await done('quantize', at(model), ...argv);
    }
    const cwd = await folderWith('keras3', 'conv2d');
    const [file, plan] = [join(cwd, 'model.keras'), join(cwd, 'plan.json')];
    const text = await done('plan', file, '--to', 'onnx', '--average-bits', '24', '-o', plan);
    expect(text).toContain(`quantize ${file} --to onnx --plan ${plan}`);
    await done('quantize', file, '--to', 'onnx', '--plan', plan, '--allow-larger');
  });
});

describe('lowbit explain', () => {
  it('tells each weight in a sentence, also of a plan that was edited', async () => {
    await done('plan', at('chain.onnx'), '--bits', '4', '--exclude', 'w1', '-o', at('plain.json'));
    const plan = await planIn(at('plain.json'));
    const [first] = plan.weights;
    const edited = { ...plan, weights: [{ ...first, bits: 8 }, ...plan.weights.slice(1)] };
    await writeFile(at('edited.json'), JSON.stringify(edited));
    const lines = (await done('explain', at('edited.json'))).trim().split('\n');
    expect(lines.pop()).toBe(`Next:    lowbit quantize MODEL --plan ${at('edited.json')}`);
    await done('plan', at('chain.onnx'), '--bits', '4', ...data(), '-o', at('seen.json'));
    expect(await done('explain', at('seen.json'))).toContain(
      `Next:    lowbit quantize MODEL --calibrate DATA --plan ${at('seen.json')}`,
    );
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /w0 gets 8 bits by min-max .*: changed by hand, it had 4 bits as the plan was made\.$/,
    );
    expect(lines[1]).toMatch(/w1 stays float: excluded by w1\.$/);
    const document = JSON.parse(await done('explain', at('edited.json'), '--json')) as object;
    expect(document).toMatchObject({ port: 'onnx', sentences: [{ id: 'w0', bits: 8 }, {}, {}, {}] });
  });

  it('names every mistake in a plan', async () => {
    const plan = await planIn(at('plain.json'));
    const broken = { ...plan, weights: [{ ...plan.weights[0], bits: 'four', granularity: 'row' }] };
    await writeFile(at('broken.json'), JSON.stringify(broken));
    const { status, stderr } = await run('explain', at('broken.json'));
    expect(status).toBe(1);
    expect(stderr).toContain('weights[0].bits');
    expect(stderr).toContain('weights[0].granularity');
  });
});
