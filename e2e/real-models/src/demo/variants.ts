import { minMax } from '@lowbit/baselines';
import type { Quantizer } from '@lowbit/core';
import { ul2q } from '@lowbit/ul2q';

/** One way of quantizing a model: a method at a width, per channel, everything else by default. */
export interface Variant {
  readonly method: string;
  readonly bits: number;
  readonly weights: Quantizer;
}

const methods: readonly (readonly [string, () => Quantizer])[] = [
  ['min-max', minMax],
  ['μL2Q', ul2q],
];

/** Both methods at 8, 4 and 2 bits, widest first. */
export const variants: readonly Variant[] = [8, 4, 2].flatMap((bits) =>
  methods.map(([method, make]) => ({ method, bits, weights: make() })),
);
