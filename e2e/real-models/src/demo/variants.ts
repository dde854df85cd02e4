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
  /** The inputs that decide about weights or bits. */
  readonly uses: 'nothing' | 'few inputs' | 'inputs of the task';
}

const methods: readonly (readonly [string, () => Quantizer])[] = [
  ['min-max', minMax],
  ['μL2Q', ul2q],
];

/** Both methods at one width, by nearest levels. */
const nearestAt = (bits: number): readonly Variant[] =>
  methods.map(([method, make]) => ({ method, width: String(bits), bits, weights: make(), uses: 'nothing' }));

/** Rounded by the data of a few inputs, with corrected biases: the default with data. */
const ofData = (bits: number): Variant => ({
  method: 'min-max, data',
  width: String(bits),
  bits,
  weights: minMax(),
  uses: 'few inputs',
});

/** Stored bits a weight on average, chosen by what each weight does to the outputs. */
const ofBudgets: readonly Variant[] = [5, 4].map((averageBits) => ({
  method: 'budget, min-max',
  width: `≤ ${averageBits} stored`,
  bits: budget({ averageBits, choices: [2, 3, 4, 6, 8] }),
  weights: minMax(),
  uses: 'inputs of the task',
}));

/**
 * What is measured. With `all` nearest levels at 4 and 2 bits too, and budgets on data, which take minutes; otherwise what is usable.
 *
 * @param fewestBits Of rows with data in the short table.
 */
export const variants = (all: boolean, fewestBits: number): readonly Variant[] =>
  all
    ? [...nearestAt(8), ...nearestAt(4), ...[4, 3, 2].map(ofData), ...nearestAt(2), ...ofBudgets]
    : [nearestAt(8)[0]!, ...[4, 3].filter((bits) => bits >= fewestBits).map(ofData)];
