import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coarse } from '../../test/memory-port.js';
import { arrayOps } from '../ops/array.js';
import { activationSite } from './activation-site.js';
import { forwardOf } from './forward.js';
import { defined } from '../contract/defined.js';

interface Recorded {
  scale: number;
  zeroPoint: number;
  x: number[];
  y: number[];
}

const file = new URL('../../fixtures/quantize-linear.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as { static: Recorded[] };

test.each(golden.static)(
  'activations at ties are those of QuantizeLinear: scale $scale, zero point $zeroPoint',
  ({ scale, zeroPoint, x, y }) => {
    const parameters = { kind: 'affine', levels: 256, scale, offset: -zeroPoint * scale } as const;
    const site = { id: 'site', bits: 8, quantizer: coarse(), options: {}, parameters };
    const input = arrayOps.constant({ shape: [1, x.length], data: x });
    const { data } = forwardOf(coarse())(arrayOps, input, activationSite(arrayOps, site));
    // Adding 0 makes -0 of the arithmetic 0.
    expect([...data].map((value) => value + 0)).toEqual(y.map((value) => value + 0));
  },
);

test('symmetric grids round before their middle is added, grids without an integer zero point as before', () => {
  const run = (levels: number, x: number[], offset?: number) => {
    const parameters = {
      kind: 'affine',
      levels,
      scale: 1,
      ...defined({ offset }),
    } as const;
    const site = { id: 'site', bits: 8, quantizer: coarse(), options: {}, parameters };
    const input = arrayOps.constant({ shape: [1, x.length], data: x });
    return [...forwardOf(coarse())(arrayOps, input, activationSite(arrayOps, site)).data];
  };
  // The middle of 7 levels is the odd code 3.
  expect(run(7, [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]).map((value) => value + 0)).toEqual([-2, -2, 0, 0, 2, 2]);
  expect(run(4, [-1, 0, 1])).toEqual([-1.5, 0.5, 0.5]);
  expect(run(4, [0.75, 1.75], 0.25)).toEqual([0.25, 2.25]);
});

test('infinities become the outermost levels of every grid', () => {
  const grids = [
    { kind: 'affine', levels: 4, scale: 1, offset: -1 },
    { kind: 'affine', levels: 4, scale: 1, offset: 0.25 },
    { kind: 'affine', levels: 4, scale: 0, offset: 2 },
    { kind: 'codebook', values: Float32Array.of(0, 1, 4) },
    { kind: 'codebook', values: Float32Array.of(3) },
    { kind: 'residual', scales: Float32Array.of(2, 1) },
  ] as const;
  const ends = [
    [-1, 2],
    [0.25, 3.25],
    [2, 2],
    [0, 4],
    [3, 3],
    [-3, 3],
  ];
  const input = arrayOps.constant({ shape: [1, 4], data: [-Infinity, -3e38, 3e38, Infinity] });
  grids.forEach((parameters, i) => {
    const site = { id: 'site', bits: 2, quantizer: coarse(), options: {}, parameters };
    const { data } = forwardOf(coarse())(arrayOps, input, activationSite(arrayOps, site));
    const [low, high] = ends[i]!;
    expect([...data].map((value) => value + 0)).toEqual([low, low, high, high]);
  });
});
