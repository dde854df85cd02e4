import { quantize, type Quantizer } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import { onnx } from '@lowbit/onnx';
import { renderHtmlReport } from '@lowbit/report';
import { quantizationText } from '@lowbit/report/text';
import { expect, test } from 'vitest';

import { tinyModel } from './tiny-model.js';

/** Weights at which ratios of signal, noise and range have no finite value. */
const edges: Readonly<Record<string, (index: number) => number>> = {
  zeros: () => 0,
  'one constant': () => 0.3,
  'a single value': (index) => (index === 5 ? 1 : 0),
  'subnormal numbers': (index) => 1e-40 * Math.sin(index ** 2),
  'channels of zeros and of tiny values': (index) =>
    Math.sin(index ** 2) * (index % 64 === 0 ? 0 : index % 64 === 1 ? 1e-12 : 1),
};

const quantizers = registry
  .list()
  .filter((plugin): plugin is Quantizer => plugin.kind === 'quantizer' && plugin.roles.includes('weight'));

/** Every number in a value, however deep. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

test.each(quantizers)('$name: figures and words of a report are finite', async ({ name, bits }) => {
  const widths = bits.weight ?? [];
  for (const width of [Math.min(...widths), Math.max(...widths)]) {
    for (const [title, value] of Object.entries(edges)) {
      const { report } = await quantize(onnx(tinyModel({ value })), { registry, weights: name, bits: width });
      const where = `${title}, ${width} bits`;
      expect(
        numbersIn(report).filter((number) => !Number.isFinite(number)),
        where,
      ).toEqual([]);
      const told = quantizationText({ output: 'b.onnx', report });
      const texts = [JSON.stringify(report), told, renderHtmlReport({ title: 'a', report })];
      for (const text of texts) expect(text, where).not.toMatch(/\bNaN\b|[−-]?Infinity/);
    }
  }
});

test('a run that leaves every weight as it was says so, and how much larger the file is', async () => {
  const port = onnx(tinyModel());
  const { report } = await quantize(port, { registry, weights: 'slq', bits: 8 });
  expect(report.weights).toEqual([]);
  const [warning] = report.warnings;
  expect(warning).toMatch(
    /^nothing of the model is quantized: .*the model becomes larger, \d+ bytes instead of/,
  );
  expect(report.modelBytes.after - report.modelBytes.before).toBeLessThan(1000);
  expect(quantizationText({ output: 'b.onnx', report })).toContain(`warning: ${warning}`);
});
