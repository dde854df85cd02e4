import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { seededRandom, type ErrorCode, type Report } from '@lowbit/core';
import { npyBytes } from '@lowbit/data';
import { readModel } from '@lowbit/onnx';
import type { CompareDocument } from '@lowbit/report/text';
import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { run, temporaryFolder } from './support.js';

const caseOf = (name: string) => fileURLToPath(new URL(`../fixtures/cases/${name}`, import.meta.url));

let folder: string;
let results = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});

interface Quantized {
  readonly output: string;
  readonly report: Report;
}

async function quantized(model: string, ...argv: readonly string[]): Promise<Quantized> {
  const output = join(folder, `${++results}.onnx`);
  const { status, stdout } = await run('quantize', model, '-o', output, ...argv, '--json');
  expect(status, stdout).toBe(0);
  return { output, report: (JSON.parse(stdout) as QuantizeDocument).report };
}

async function compared(a: string, b: string, ...argv: readonly string[]) {
  const { status, stdout } = await run('compare', a, b, ...argv, '--json', '--rounds', '0');
  expect(status, stdout).toBe(0);
  const { overall, outputs } = JSON.parse(stdout) as CompareDocument;
  return { decibels: overall.sqnrDb ?? Infinity, values: overall.values, outputs };
}

it('a slice that ends at the largest integer keeps its end when the operator set is raised', async () => {
  const random = seededRandom(1);
  const data = Float32Array.from({ length: 64 * 32 * 32 }, () => 2 * random() - 1);
  const input = join(folder, 'x.npy');
  await writeFile(input, npyBytes([1, 64, 32, 32], data));
  const model = caseOf('slice-int64.onnx');
  const { output } = await quantized(model, '--activations', 'min-max', '--calibrate', input);
  const { values, decibels } = await compared(model, output, '--input', input);
  expect(values).toBe(64 * 31 * 32);
  expect(decibels).toBeGreaterThan(35);
});

it('what was quantized in groups, of which the last is short, is not quantized again', async () => {
  const { output } = await quantized(caseOf('group.onnx'), '--granularity', 'group:32');
  const again = await run('quantize', output, '--bits', '2', '-o', join(folder, 'again.onnx'), '--json');
  const code: ErrorCode = 'nothing-to-quantize';
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code } });
  expect(again.status).toBe(1);
});

describe('zeros stay zeros', () => {
  it.each(
    ['absmax', 'absmax:levels=odd', 'min-max', 'mse:grid=symmetric', 'percentile:grid=symmetric'].flatMap(
      (weights) =>
        ['speed', 'memory'].flatMap((goal) =>
          ['float32', 'float16'].map((parameters) => [weights, goal, parameters] as const),
        ),
    ),
  )('%s for %s with %s parameters', async (weights, goal, parameters) => {
    const options = ['--weights', weights, '--optimize', goal, '--parameters', parameters];
    const cases: readonly (readonly [string, ...string[]])[] = [
      ['zero-filter.onnx'],
      ['zero-block.onnx', '--granularity', 'group:32'],
    ];
    for (const [name, ...more] of cases) {
      const { output, report } = await quantized(caseOf(name), ...options, ...more);
      const { decibels } = await compared(caseOf(name), output);
      expect(decibels, name).toBeGreaterThan(40);
      expect(Math.abs(decibels - (report.weights[0]?.error?.sqnrDb ?? 0)), name).toBeLessThan(2);
    }
  });
});

it('what never changed in the calibration is not frozen, and a warning says so', async () => {
  const model = caseOf('mask.onnx');
  const data = ['--activations', 'min-max', '--calibrate', caseOf('calibration.npz')];
  const argv = [...data, '--integers', 'operators'];
  const { output, report } = await quantized(model, ...argv);
  // Values of x beyond those of the calibration are clipped, which is 35 dB; a frozen mask is 8 dB.
  expect((await compared(model, output, '--input', caseOf('run.npz'))).decibels).toBeGreaterThan(30);
  expect(report.warnings.join()).toContain('mask');
});

it.each(['ort-web@1.30/wasm', 'ort-web@1.30/webgpu', 'ort-web@1.24/wasm'])(
  '4 bits in groups are packed for %s, at an operator set without blocks too',
  async (target) => {
    const model = caseOf('blocks-opset17.onnx');
    const argv = ['--bits', '4', '--granularity', 'group:32', '--optimize', 'memory', '--target', target];
    const { output, report } = await quantized(model, ...argv);
    expect(report.weights.map(({ form }) => form)).toEqual(['MatMulNBits']);
    expect((await compared(model, output)).decibels).toBeGreaterThan(18);
  },
);

it('integer constants at operator set 8 are initializers, which its Constant cannot hold', async () => {
  const { output } = await quantized(caseOf('opset8.onnx'));
  const { graph } = readModel(new Uint8Array(await readFile(output)), output).proto;
  const constants = graph?.node.filter(({ opType }) => opType === 'Constant') ?? [];
  expect(constants).toEqual([]);
  expect((await compared(caseOf('opset8.onnx'), output)).decibels).toBeGreaterThan(40);
});

it('weights that are inputs too are quantized when they are frozen, and refused with that remedy otherwise', async () => {
  const model = caseOf('overridable.onnx');
  const refused = await run('quantize', model, '-o', join(folder, 'refused.onnx'));
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('--freeze-inputs')]);
  const left = await run('inspect', model);
  expect(left.stdout).toContain(`Next:    lowbit quantize ${model} --freeze-inputs\n`);
  expect(left.stdout).toContain('Can be quantized: 0 weights');
  const frozen = await run('inspect', model, '--freeze-inputs', '--json');
  expect(JSON.parse(frozen.stdout)).toMatchObject({ inputs: [{ name: 'x' }], quantizable: [{ id: 'w' }] });
  const { output, report } = await quantized(model, '--freeze-inputs');
  expect(report.weights.map(({ id }) => id)).toEqual(['w']);
  const { graph } = readModel(new Uint8Array(await readFile(output)), output).proto;
  expect(graph?.input.map(({ name }) => name)).toEqual(['x']);
  expect((await compared(model, output)).decibels).toBeGreaterThan(40);
});

it('a model without operators of the standard has nothing to quantize, and is inspected and compared', async () => {
  const model = caseOf('mlonly.onnx');
  const { status, stdout } = await run('quantize', model, '-o', join(folder, 'none.onnx'), '--json');
  const code: ErrorCode = 'nothing-to-quantize';
  expect([status, JSON.parse(stdout)]).toMatchObject([1, { error: { code } }]);
  expect((await run('inspect', model)).status).toBe(0);
  expect((await compared(model, model)).decibels).toBe(Infinity);
});

it('a model of opset 6 is inspected, quantized at opset 7, and compared', async () => {
  const model = caseOf('opset6.onnx');
  const { stdout } = await run('inspect', model, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ opset: 6, quantizable: [{ id: 'w', op: 'MatMul' }] });
  const { output, report } = await quantized(model);
  expect(report.weights).toMatchObject([{ id: 'w', bits: 8 }]);
  expect(readModel(await readFile(output)).opset).toBe(7);
  expect((await compared(model, output)).decibels).toBeGreaterThan(40);
});

it('it computes in integers too; activations that no layer takes are told', async () => {
  const model = caseOf('opset6.onnx');
  const argv = ['--activations', 'dynamic'];
  const integers = ['--integers', 'operators'];
  const { output, report } = await quantized(model, ...argv, ...integers);
  expect(report.weights.map(({ form }) => form)).toEqual(['MatMulInteger']);
  expect(report.warnings).toEqual([]);
  expect((await compared(model, output)).decibels).toBeGreaterThan(30);
  const { report: left } = await quantized(caseOf('blocks-opset17.onnx'), ...argv);
  expect(left.warnings).toEqual([expect.stringContaining('--activations: no layer of the plan takes')]);
});
