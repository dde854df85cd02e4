import type { Quantizer } from '@lowbit/core';
import { affineGrids, type FitContext, type SliceRanges } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import {
  asCodebook,
  brokenQuantizers,
  forgetful,
  honest,
  offersZero,
  refitting,
  refusesHuge,
  scalesByPowersOfTwo,
  sharing,
  spanning,
  wrongGrids,
  wrongRanges,
} from '../../test/broken-quantizers.js';
import { failingLaws } from '../../test/failing-laws.js';
import { dynamicSignsLaws } from './dynamic-signs.js';
import { quantizerLaws } from './quantizer-laws.js';

const equivariant = ['scale', 'translation', 'sign'] as const;

async function failuresOf(quantizer: Quantizer) {
  return failingLaws(quantizerLaws(quantizer, { equivariant }));
}

/** The verbs of the honest one, for many slices. */
function fitRanges({ min, max }: SliceRanges, context: FitContext) {
  const grids = affineGrids(1);
  grids.add(honest.fit(Float32Array.of(min[0]!, max[0]!), context) as Parameters<typeof grids.add>[0]);
  return grids.scheme();
}

function fitRows(values: Float32Array, length: number, context: FitContext) {
  const grids = affineGrids(values.length / length);
  for (let from = 0; from < values.length; from += length)
    grids.add(honest.fit(values.slice(from, from + length), context) as Parameters<typeof grids.add>[0]);
  return grids.scheme();
}

describe('quantizerLaws', () => {
  it('has a broken quantizer for each law', () => {
    expect(Object.keys(brokenQuantizers)).toEqual(
      quantizerLaws(honest, { equivariant }).map(({ title }) => title),
    );
  });

  it('finds nothing wrong with an honest quantizer', async () => {
    expect(await failuresOf(honest)).toEqual([]);
    expect(await failuresOf({ ...honest, fit: (values, { bits }) => asCodebook(values, bits) })).toEqual([]);
    expect(await failuresOf(refitting)).toEqual([]);
    expect(await failuresOf(refusesHuge)).toEqual([]);
    expect(await failuresOf(offersZero)).toEqual([]);
    expect(await failuresOf(sharing)).toEqual([]);
    expect(await failingLaws(quantizerLaws(spanning))).toEqual([]);
  });

  it.each(Object.entries(brokenQuantizers))('finds that one is broken: %s', async (title, quantizer) => {
    const failures = await failuresOf(quantizer);
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });

  it('tells once that numbers are no list in float32', async () => {
    const listed = (values: Float32Array, { bits }: FitContext) => {
      const fitted = asCodebook(values, bits);
      return { ...fitted, values: [...fitted.values] as unknown as Float32Array };
    };
    expect(await failuresOf({ ...honest, fit: listed })).toEqual([
      {
        title: 'returns parameters of a known form',
        message:
          'weight, 1 bits: values is an ordinary list, where a Float32Array is wanted: Float32Array.from(values)',
      },
    ]);
    const text = (values: Float32Array, context: FitContext) => ({
      ...honest.fit(values, context),
      scale: '1' as unknown as number,
    });
    expect(await failuresOf({ ...honest, fit: text as Quantizer['fit'] })).toMatchObject([
      {
        title: 'returns parameters of a known form',
        message: "weight, 1 bits: scale is '1', where a number is wanted",
      },
    ]);
  });

  it('finds frozen values that move', async () => {
    const failures = await failuresOf(forgetful);
    expect(failures.map(({ title }) => title)).toEqual(['keeps frozen values exact when it fits again']);
  });

  it.each(Object.entries(wrongGrids))('finds that declared grids are none: %s', async (_, quantizer) => {
    const failures = await failuresOf(quantizer);
    expect(failures.map(({ title }) => title)).toEqual(['has the grids that it declares']);
  });

  it.each(Object.entries(wrongRanges))(
    'finds that another range is measured than is declared: %s',
    async (_, quantizer) => {
      const failures = await failingLaws(quantizerLaws(quantizer, { exact: [] }));
      expect(failures.map(({ title }) => title)).toEqual(['spans the range that it declares to measure']);
    },
  );

  it('finds that other scales of signs are measured than are declared', async () => {
    const planes = (scale: (rest: Float32Array) => number, count = (bits: number) => bits): Quantizer => ({
      ...{ kind: 'quantizer', api: 2, name: 'planes', roles: ['activation'], bits: { activation: [1, 2] } },
      dynamic: 'signs',
      fit: (values, { bits }) => {
        let rest = values.slice();
        const scales = Float32Array.from({ length: count(bits) }, () => {
          const own = scale(rest);
          rest = rest.map((value) => value - (value >= 0 ? own : -own));
          return own;
        });
        return { kind: 'residual', scales };
      },
    });
    const mean = (rest: Float32Array) => rest.reduce((sum, value) => sum + Math.abs(value), 0) / rest.length;
    const most = (rest: Float32Array) => rest.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
    expect(await failingLaws(dynamicSignsLaws(planes(mean)))).toEqual([]);
    for (const wrong of [planes(most), planes(mean, () => 1), planes((rest) => mean(rest) / 2)])
      expect(await failingLaws(dynamicSignsLaws(wrong))).toHaveLength(1);
    expect(dynamicSignsLaws({ ...planes(most), dynamic: true })).toEqual([]);
  });

  it('finds a tensor whose slices do not share their levels, or have none', async () => {
    const fitTensors: readonly Quantizer['fitTensor'][] = [
      (slices, context) => slices.slice(1).map((values) => sharing.fit(values, context)),
      (slices, { bits }) => slices.map((values) => ({ ...asCodebook(values, bits), scale: 1 })),
      (slices, context) => slices.map((values) => ({ ...sharing.fit(values, context), scale: NaN }) as never),
    ];
    for (const fitTensor of fitTensors) {
      const failures = await failuresOf({ ...sharing, ...(fitTensor === undefined ? {} : { fitTensor }) });
      expect(failures.map(({ title }) => title)).toEqual(['fits a tensor to levels that its slices share']);
    }
  });

  it('finds a range that is fitted in another way than the values', async () => {
    expect(await failuresOf({ ...honest, fitRanges })).toEqual([]);
    const unsure: Quantizer = { ...honest, fitRanges: () => undefined };
    expect(await failuresOf(unsure)).toEqual([]);
    const shifted = ({ min, max }: SliceRanges) => ({
      min: Float32Array.of(0),
      max: Float32Array.of(max[0]! - min[0]!),
    });
    const careless: Quantizer = {
      ...honest,
      fitRanges: (ranges, context) => fitRanges(shifted(ranges), context),
    };
    const failures = await failuresOf(careless);
    expect(failures.map(({ title }) => title)).toEqual(['fits ranges as it fits values of those ranges']);
  });

  it('finds rows that are fitted in another way than each of them', async () => {
    expect(await failuresOf({ ...honest, fitRows })).toEqual([]);
    expect(await failuresOf({ ...honest, fitRows: () => undefined })).toEqual([]);
    const careless: Quantizer = {
      ...honest,
      fitRows: (values, length, context) => fitRows(values.reverse(), length, context),
    };
    const failures = await failuresOf(careless);
    expect(failures.map(({ title }) => title)).toEqual(['fits rows as it fits each of them']);
  });

  it('finds rows, and ranges, that are fitted as if all values counted alike', async () => {
    const counting: Quantizer = {
      ...honest,
      fit: (values, { importance, ...context }) =>
        honest.fit(
          values.map((value, i) => (importance === undefined || (importance[i] as number) > 1 ? value : 0)),
          context,
        ),
    };
    expect(await failuresOf(counting)).toEqual([]);
    const [failure] = await failuresOf({ ...counting, fitRows });
    expect(failure).toMatchObject({ title: 'fits rows as it fits each of them' });
    const [other] = await failuresOf({ ...counting, fitRanges });
    expect(other).toMatchObject({ title: 'fits ranges as it fits values of those ranges' });
  });

  it('tells scaling by powers of two from scaling', async () => {
    const laws = (claim: 'scale' | 'power-of-two') =>
      quantizerLaws(scalesByPowersOfTwo, { equivariant: [claim] });
    expect(await failingLaws(laws('power-of-two'))).toEqual([]);
    expect((await failingLaws(laws('scale'))).map(({ title }) => title)).toEqual([
      'scales its levels with the values',
    ]);
    const broken = brokenQuantizers['scales its levels with the values']!;
    const failures = await failingLaws(quantizerLaws(broken, { equivariant: ['power-of-two'] }));
    expect(failures.map(({ title }) => title)).toEqual([
      'scales its levels with the values, by powers of two',
    ]);
  });

  it('excuses quantizers with fixed levels from being exact', async () => {
    const fixed: Quantizer = {
      ...honest,
      fit: (_values, { bits }) => ({ kind: 'affine', levels: 2 ** bits, scale: 2 ** (1 - bits), offset: -1 }),
    };
    const failures = await failingLaws(quantizerLaws(fixed, { exact: [] }));
    expect(failures.map(({ title }) => title)).toEqual([
      'gives an empty slice finite parameters and scale 0',
    ]);
  });
});
