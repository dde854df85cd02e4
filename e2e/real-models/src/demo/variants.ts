import { minMax } from '@lowbit/baselines';
import type { BitwidthPolicy, Quantizer } from '@lowbit/core';
import { budget } from '@lowbit/core/policy';
import { ul2q } from '@lowbit/ul2q';

/** One way of quantizing a model: a method at a width, or with a budget on data, per channel, everything else by default. */
export interface Variant {
  readonly method: string;
  /** As the table tells it. */
  readonly width: string;
  readonly bits: number | BitwidthPolicy;
  readonly weights: Quantizer;
  /** Whether bits are chosen on data. */
  readonly isMeasured: boolean;
}

const methods: readonly (readonly [string, () => Quantizer])[] = [
  ['min-max', minMax],
  ['μL2Q', ul2q],
];

/** Both methods at 8, 4 and 2 bits, widest first. */
const ofOneWidth: readonly Variant[] = [8, 4, 2].flatMap((bits) =>
  methods.map(([method, make]) => ({
    method,
    width: String(bits),
    bits,
    weights: make(),
    isMeasured: false,
  })),
);

/** Stored bits a weight on average, chosen by what each weight does to the outputs. */
const ofBudgets: readonly Variant[] = [5, 4].map((averageBits) => ({
  method: 'budget, min-max',
  width: `≤ ${averageBits} stored`,
  bits: budget({ averageBits, choices: [2, 3, 4, 6, 8] }),
  weights: minMax(),
  isMeasured: true,
}));

/** What is measured: with `all` also budgets on data, which take minutes. */
export const variants = (all: boolean): readonly Variant[] =>
  all ? [...ofOneWidth, ...ofBudgets] : ofOneWidth;
