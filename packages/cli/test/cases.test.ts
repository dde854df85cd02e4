import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Report } from '@lowbit/core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { CompareDocument } from '../src/commands/comparison-text.js';
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

describe('zeros stay zeros', () => {
  it.each(
    ['absmax', 'min-max', 'mse:grid=symmetric', 'percentile:grid=symmetric'].flatMap((weights) =>
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
  const argv = ['--activations', 'min-max', '--calibrate', caseOf('calibration.npz')];
  const { output, report } = await quantized(model, ...argv);
  // Values of x beyond those of the calibration are clipped, which is 35 dB; a frozen mask is 8 dB.
  expect((await compared(model, output, '--input', caseOf('run.npz'))).decibels).toBeGreaterThan(30);
  expect(report.warnings.join()).toContain('mask');
});
