import type { QuantizationPlan } from '@lowbit/core';
import type { BudgetReport } from '@lowbit/core/policy';
import { rollups } from 'd3-array';

import { checkPlan } from '../check-given.js';
import { budgetLines } from '../figures/budget-lines.js';
import { formatReal } from '../figures/numbers.js';
import { planSentences } from '../figures/plan-sentences.js';
import { checkColors } from './check-document.js';
import { heading, indented, plain, printable, type Colors } from './lines.js';
import { nextLine } from './written.js';

/** A plan that was made and written. */
export interface PlannedModel {
  readonly plan: QuantizationPlan;
  readonly warnings: readonly string[];
  readonly budget?: BudgetReport;
  readonly output: string;
  readonly next: string;
}

/** A plan that was made, as text for people: how many weights get how many bits, what became of the budget, and what to do next. */
export function plannedText(document: PlannedModel, colors: Colors = plain): string {
  const { plan, warnings = [], budget, output, next } = Object(document) as PlannedModel;
  checkPlan(plan, 'plannedText: plan');
  checkColors(colors, 'plannedText');
  const mark = colors.yellow('warning:');
  return [
    heading('Planned', colors).trimStart(),
    indented(countLines(plan)),
    ...(budget === undefined ? [] : [heading('Budget', colors), indented(budgetLines(budget))]),
    ...warnings.map((warning, i) => `${i === 0 ? '\n' : ''}${mark} ${printable(warning)}\n`),
    `\nWritten: ${colors.green(printable(output))}\n`,
    nextLine(next, colors),
  ].join('');
}

/** A plan in words: a sentence for each weight, each place of activations, and each bias that is corrected; then what a budget came to. */
export function explanationText(plan: QuantizationPlan, colors: Colors = plain): string {
  checkPlan(plan, 'explanationText: plan');
  checkColors(colors, 'explanationText');
  const { averageBits } = plan;
  const average = `Weights take ${formatReal(averageBits)} stored bits a value on average, as the plan was made; edits since are not counted.`;
  const sentences = planSentences(plan).map(({ sentence }) => sentence);
  return [...sentences, ...(averageBits === undefined ? [] : [average])]
    .map((sentence) => `${printable(sentence)}\n`)
    .join('');
}

function countLines({ weights, activations = [], biases = [] }: QuantizationPlan): readonly string[] {
  const counts = rollups(
    weights,
    (group) => group.length,
    ({ bits }) => bits,
  ).sort(([a], [b]) => rank(a) - rank(b));
  const lines = counts.map(
    ([bits, count]) => `${count} × ${bits === 'float' ? 'stays float' : bitsOf(bits)}`,
  );
  return [
    ...lines,
    ...(activations.length === 0 ? [] : [`${activations.length} places of activations`]),
    ...(biases.length === 0 ? [] : [`${biases.length} × bias corrected`]),
  ];
}

const bitsOf = (bits: number): string => (bits === 1 ? '1 bit' : `${bits} bits`);
const rank = (bits: number | 'float'): number => (bits === 'float' ? Infinity : bits);
