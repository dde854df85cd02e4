import { quantize, type Quantizer, type Slicing } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { minMax } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';
import { operatorModel } from '../../test/helpers/operator-model.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { runModel } from '../../test/helpers/run-model.js';
import { sampleTensor } from '../../test/helpers/sample-tensor.js';
import { describeModel } from '../describe/describe-model.js';
import type { WeightSite } from '../describe/weight-site.js';
import type { Operator } from '../operators/operator.js';
import { operators } from '../operators/operators.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';
import { sessionOptions } from '../session-options.js';
import { fragment } from './fragment.js';
import type { FormSample, Grid } from './packed-form.js';
import { isPackedForm, packedForms } from './packed-forms.js';
import { sharedConstants } from './shared-constants.js';
import { targetOf } from './target-of.js';

const samples = packedForms.flatMap((form) =>
  form.samples.map((sample) => ({ title: titleOf(sample, form.name), form, sample })),
);

function titleOf(sample: FormSample, form: string): string {
  const { operator, attributes = {}, inputs, bits, granularity, codebook } = sample;
  const node = `${operator} of ${JSON.stringify(inputs)} ${JSON.stringify(attributes)}`;
  const levels = codebook === undefined ? '' : ' of a codebook';
  return `${form}: ${bits} bits${levels}, ${granularity}, ${node}`;
}

const modelOf = ({ operator: name, ...sample }: FormSample) => {
  const operator = operators.find(({ names }) => names.includes(name)) as Operator;
  return operatorModel(operator, { name, ...sample, weights: { w: { outputAxes: [] } } });
};

function quantizerOf({ codebook }: FormSample): Quantizer {
  if (codebook === undefined) return plainMinMax;
  const values = Float32Array.from(codebook);
  const sizeOfLargest = (slice: Float32Array) =>
    slice.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return {
    ...plainMinMax,
    name: 'plain-codebook',
    fit: (slice) => ({ kind: 'codebook', values, scale: sizeOfLargest(slice) }),
  };
}

it('has a sample of every form', () => {
  expect(packedForms.filter((form) => form.samples.length === 0)).toEqual([]);
});

describe.each(samples)('$title', ({ form, sample }) => {
  const { bytes, feeds } = modelOf(sample);
  const { bits, granularity } = sample;
  const memory = onnx(bytes(), { optimize: 'memory' });

  it('computes what the weight made into floats does', async () => {
    const recipe = { weights: quantizerOf(sample), bits, granularity };
    const { model, report } = await quantize(memory, recipe);
    const { model: folded } = await quantize(onnx(bytes(), { optimize: 'speed' }), recipe);
    const [row] = report.weights;
    expect(row!.form!.split('→')[0]).toBe(form.name);
    expect(row!.storageReason).toContain(form.kept({ opset: 17, ir: 8 }));
    expect(sessionOptions(report)).toEqual({});
    const [packed, floats] = [await runModel(model.bytes, feeds()), await runModel(folded.bytes, feeds())];
    const [actual, expected] = [packed.get('y')!, floats.get('y')!];
    expect(expected.length).toBe(sizeOf(sample.output));
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(actual.filter((value, at) => Math.abs(value - expected[at]!) > 1e-4 * largest).length).toBe(0);
  });
});

const chosenByDefault = samples.filter(({ sample }) => sample.codebook === undefined);

it.each(chosenByDefault)(
  '$title: is what the default quantizer is given the options for',
  async ({ form, sample }) => {
    const { bits, granularity } = sample;
    const port = onnx(modelOf(sample).bytes(), { optimize: 'memory' });
    const { report } = await quantize(port, { weights: minMax(), bits, granularity });
    expect(report.weights[0]!.form!.split('→')[0]).toBe(form.name);
    expect(isPackedForm(report.weights[0]!.form!)).toBe(true);
  },
);

const choosing = samples.flatMap(({ form: { takes, ...form }, ...one }) =>
  takes === undefined ? [] : [{ ...one, form, takes }],
);

it.each(choosing)(
  '$title: packs the grids that it says it takes, and no others',
  ({ form, takes, sample }) => {
    const model = readModel(modelOf(sample).bytes());
    const [site] = describeModel(model).sites as [WeightSite];
    const target = targetOf(model, undefined, undefined);
    const fits = (grid: Grid) => takes(site, target)?.fits(grid);
    for (const { bits, slicing, kind } of gridsOf(site)) {
      const tensor = sampleTensor(site.shape, slicing, bits, kind);
      const to = fragment(
        'w',
        sharedConstants(() => 'shared'),
      );
      const packed = typeof form.pack(to, site, tensor, target) === 'object';
      const told = fits({ bits, slicing, exact: kind === 'zero-point', ownScales: true });
      expect({ bits, slicing, kind, packed }).toEqual({ bits, slicing, kind, packed: told });
      expect(to.constants.length > 0).toBe(packed);
    }
  },
);

const widths = [1, 2, 3, 4, 5, 8, 12, 16];

function gridsOf({ outputAxes, shape }: WeightSite) {
  const groups = shape.flatMap((_, along) => [8, 16, 24, 32, 64].map((group) => ({ along, group })));
  const slicings: Slicing[] = ['tensor', { axes: outputAxes }, ...groups];
  return widths.flatMap((bits) =>
    slicings.flatMap((slicing) =>
      (['zero-point', 'offset', 'symmetric'] as const).map((kind) => ({ bits, slicing, kind })),
    ),
  );
}
