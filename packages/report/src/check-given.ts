import type { QuantizationPlan, Report } from '@lowbit/core';
import type { BudgetReport } from '@lowbit/core/policy';
import { checkArgument } from '@lowbit/core/adapter';

/** Whether a value is an object that has a list under each of these names. */
export function hasLists(value: unknown, names: readonly string[]): boolean {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  return names.every((name) => Array.isArray(members[name]));
}

type Test = (value: unknown) => boolean;

const isNumber: Test = (value) => typeof value === 'number';
const isText: Test = (value) => typeof value === 'string';
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const isList = listOf(() => true);

/** A test of an object by tests of its members. */
const has =
  (tests: Readonly<Record<string, Test>>): Test =>
  (value) => {
    const members = Object(value) as Readonly<Record<string, unknown>>;
    return Object.entries(tests).every(([name, test]) => test(members[name]));
  };
const isSizes = has({ float: isNumber, nominal: isNumber, stored: isNumber, memory: isNumber });
const isHistogram = has({ min: isNumber, max: isNumber, counts: listOf(isNumber), levels: isList });

const isVerdict = has({ grade: isText, reason: isText });

/** What texts and pages compute with; the rest is only shown. */
const hasParts = has({
  weights: listOf(
    has({
      id: isText,
      shape: isList,
      sizes: isSizes,
      bitsPerWeight: isNumber,
      histogram: (value) => value === undefined || isHistogram(value),
      warnings: isList,
    }),
  ),
  biases: (value) => value === undefined || isList(value),
  capture: (value) => value === undefined || has({ way: isText, reason: isText })(value),
  skipped: isList,
  warnings: isList,
  verdict: (value) => value === undefined || isVerdict(value),
  plan: has({ weights: isList }),
  sizes: isSizes,
  bitsPerWeight: isNumber,
  modelBytes: has({ before: isNumber, after: isNumber }),
});

/** Whether a value is a whole report of `quantize`, in memory or read from JSON. */
export function isReport(value: unknown): value is Report {
  return hasParts(value);
}

/** @throws LowbitError `invalid-argument` for what is no report. */
export function checkReport(value: unknown, where: string): asserts value is Report {
  checkArgument(isReport(value), value, { where, expected: 'the whole report of quantize' });
}

const isOptional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

/** Whether a value is what became of a budget. */
export const isBudget = has({
  limits: (value) => typeof value === 'object' && value !== null,
  choice: (value) => typeof value === 'object' && value !== null,
  predicted: isNumber,
  bytes: isOptional(isNumber),
  effect: isOptional(has({ of: isText, samples: isNumber })),
  step: isOptional(has({ ids: isList, from: isText, to: isText, bytes: isNumber })),
});

/** @throws LowbitError `invalid-argument` for what is not what became of a budget. */
export function checkBudget(value: unknown, where: string): asserts value is BudgetReport {
  checkArgument(isBudget(value), value, { where, expected: 'the budget that quantize gives' });
}

const isPlan = has({
  weights: listOf(has({ id: isText, layer: isText, reason: isText })),
  activations: isOptional(listOf(has({ id: isText, reason: isText, bits: isNumber }))),
});

/** @throws LowbitError `invalid-argument` for what is no plan. */
export function checkPlan(value: unknown, where: string): asserts value is QuantizationPlan {
  const wanted = { where, expected: 'a plan', remedy: 'Give what makePlan gave, or parsePlan for JSON.' };
  checkArgument(isPlan(value), value, wanted);
}

/**
 * Checks the rows of a report, of which each has a text under the name `key`.
 *
 * @throws LowbitError `invalid-argument` for anything else.
 */
export function checkRows(
  rows: unknown,
  key: string,
  wanted: { readonly where: string; readonly expected: string; readonly remedy: string },
): void {
  const isRow = (row: unknown) => typeof (Object(row) as Readonly<Record<string, unknown>>)[key] === 'string';
  checkArgument(Array.isArray(rows) && rows.every(isRow), rows, wanted);
}

/** As {@link checkRows}, for the weights of a report. */
export function checkWeights(rows: unknown, where: string): void {
  checkRows(rows, 'id', { where, expected: 'the weights of a report', remedy: 'Give report.weights.' });
}
