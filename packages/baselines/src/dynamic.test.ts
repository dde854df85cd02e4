import { readFileSync } from 'node:fs';
import { arrayOps, forwardOf } from '@lowbit/core/method';
import { expect, test } from 'vitest';
import { dynamic } from './dynamic.js';

interface Recorded {
  scale: number;
  zeroPoint: number;
  x: number[];
  y: number[];
}

/** Recorded from onnxruntime; see the script beside it. */
const file = new URL('../../core/fixtures/quantize-linear.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as { dynamic: Recorded[] };

test.each(golden.dynamic)(
  'ties are those of DynamicQuantizeLinear: scale $scale, zero point $zeroPoint',
  ({ x, y }) => {
    const parameters = { kind: 'residual', scales: [] } as const;
    const input = arrayOps.constant({ shape: [1, x.length], data: x });
    const site = { role: 'activation', bits: 8, options: {}, parameters } as const;
    const { data } = forwardOf(dynamic())(arrayOps, input, site);
    // Adding 0 makes -0 of the arithmetic 0.
    expect([...data].map((value) => value + 0)).toEqual(y.map((value) => value + 0));
  },
);
