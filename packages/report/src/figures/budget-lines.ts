import type { BudgetReport } from '@lowbit/core/policy';

import { checkBudget } from '../check-given.js';
import { formatCount, formatDecibels, formatPercent, formatReal } from './numbers.js';

/** Part of a budget of bytes that is used where the choices allow. */
const wellUsed = 0.99;

/** What became of a budget, as lines: what it takes, by what bits were chosen, and what they lose. */
export function budgetLines(budget: BudgetReport): readonly string[] {
  checkBudget(budget, 'budgetLines');
  return [
    ...sizeLines(budget),
    ...averageLines(budget),
    ...effectLines(budget),
    ...separabilityLines(budget),
  ];
}

function sizeLines({ limits, bytes, leastBytes, step, effect }: BudgetReport): readonly string[] {
  const isSoleLimit = Object.keys(limits).length === 1;
  if (bytes === undefined || limits.bytes === undefined) return [];
  const used = `${formatCount(bytes)} of ${formatCount(limits.bytes)} bytes, ${formatPercent(bytes / limits.bytes)}`;
  return [
    used,
    ...(bytes >= wellUsed * limits.bytes
      ? []
      : [stepLine(step), ...spareLines(step, limits.bytes, { effect, isSoleLimit })]),
    ...(leastBytes === undefined
      ? []
      : [`with these choices it takes ${formatCount(leastBytes)} bytes at least`]),
  ];
}

function averageLines({ limits, averageBits }: BudgetReport): readonly string[] {
  if (averageBits === undefined || limits.averageBits === undefined) return [];
  const share = formatPercent(averageBits / limits.averageBits);
  return [`${formatReal(averageBits)} of ${formatReal(limits.averageBits)} stored bits a value, ${share}`];
}

function stepLine(step: BudgetReport['step']): string {
  if (step === undefined) return 'every weight has the most that it may have';
  const { ids, from, to, bytes } = step;
  return `the cheapest further step, ${ids.join(' and ')} with ${to} in place of ${from} bits, takes it to ${formatCount(Math.round(bytes))} bytes`;
}

/** Of what would fit, all that single effects say is better was measured beside the others. */
function spareLines(
  step: BudgetReport['step'],
  limit: number,
  { effect, isSoleLimit }: { readonly effect: BudgetReport['effect']; readonly isSoleLimit: boolean },
): readonly string[] {
  if (step === undefined || effect === undefined || step.bytes > limit) return [];
  const otherwise = isSoleLimit ? '' : ', or keeps another limit no more';
  return [
    `what more bytes could buy is not better${otherwise}: it was measured, or found to be too large when it was written`,
  ];
}

function effectLines({
  limits,
  unverified,
  effect,
  predicted,
  measured,
  result,
  missed,
}: BudgetReport): readonly string[] {
  if (unverified === true)
    return [
      `unverified: bits were chosen by the errors of the weights alone, ${formatReal(predicted)} in sum`,
    ];
  // Other policies decide by something else.
  if (effect === undefined) return [];
  const { of, samples } = effect;
  const seen = measured?.ofResult === true ? { result: result ?? measured } : { result, chosen: measured };
  const kinds = { outputs: 'the outputs', labels: 'the labels', metric: 'the metric' };
  return [
    `bits by what each weight does to ${kinds[of]} of ${samples} samples: ${formatReal(predicted)} in sum, ${formatReal(measured?.effect)} together`,
    ...decibelLines(
      seen.result?.sqnrDb,
      seen.chosen?.sqnrDb,
      limits.minSqnr,
      seen.result?.samples ?? samples,
    ),
    ...lossLines(seen.result?.loss, seen.chosen?.loss, limits.maxLoss),
    ...missedLines(missed),
  ];
}

/** Rounders and bias correction come later, and activations. */
const inChoosing = 'when bits were chosen, each weight in its nearest codes';

/** @param written Of the result. @param chosen Of the weights by which bits were chosen. @param least What was asked for. @param samples On which what is told first was measured. */
function decibelLines(
  written: number | null | undefined,
  chosen: number | null | undefined,
  least: number | undefined,
  samples: number,
): readonly string[] {
  const [told, before] = [written, chosen].map((one) => one !== undefined && formatDecibels(one));
  const wanted = least !== undefined && `${formatDecibels(least)} were asked for`;
  const otherwise = before !== told && before !== false && `${before} ${inChoosing}`;
  const parts = [told, wanted, otherwise].filter((part) => part !== false);
  const on = `on ${formatCount(samples)} ${samples === 1 ? 'sample' : 'samples'}`;
  return told !== false || before !== false
    ? [`signal to noise of the outputs ${on}: ${parts.join('; ')}`]
    : [];
}

function lossLines(
  written: number | undefined,
  chosen: number | undefined,
  most: number | undefined,
): readonly string[] {
  const loss = written ?? chosen;
  if (loss === undefined) return [];
  const allowed = most === undefined ? '' : ` of ${formatReal(most)} that may be lost`;
  return [`${formatReal(loss)} points lost${allowed}${written === undefined ? ` ${inChoosing}` : ''}`];
}

/** What is next smaller of what was written misses the limit. */
function missedLines(missed: BudgetReport['missed']): readonly string[] {
  if (missed === undefined) return [];
  const { bytes, sqnrDb, loss } = missed;
  const words = [
    sqnrDb !== undefined && `keeps ${formatDecibels(sqnrDb)}`,
    loss !== undefined && `loses ${formatReal(loss)} points`,
  ];
  return [
    `the next smaller that was written, of ${formatCount(bytes)} bytes, ${words.filter((word) => word !== false).join(' and ')}`,
  ];
}

/** Layers that a line names. */
const namedLayers = 6;

/** How well classes can be told apart with depth, at some of the layers. */
function separabilityLines({ separability = [] }: BudgetReport): readonly string[] {
  if (separability.length === 0) return [];
  const count = Math.min(separability.length, namedLayers);
  const places = Array.from({ length: count }, (_, i) =>
    Math.round((i * (separability.length - 1)) / Math.max(count - 1, 1)),
  );
  const named = separability
    .filter((_, i) => places.includes(i))
    .map(({ layer, value }) => `${layer} ${formatReal(value)}`);
  return [`classes are separated, by depth (trace ratio): ${named.join(', ')}`];
}
