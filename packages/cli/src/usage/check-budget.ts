import { type BudgetOptions, hasBudget, limitNames, workNames } from './budget-options.js';
import type { CalibrationOptions } from './calibration-options.js';
import { optionName } from './option-name.js';
import { usageError } from './usage-error.js';

/** Options that a budget alone has a use for. */
const beside = ['metric', 'choices', 'decreasing', 'measurements', ...workNames] as const;
/** What is checked by running the model. */
const run = ['maxLoss', 'minSqnr', 'metric'] as const;

/**
 * Checks that what a budget needs is there.
 *
 * @throws UsageError naming the option.
 */
export function checkBudget(options: BudgetOptions & CalibrationOptions): void {
  const { maxLoss, metric, labels, calibrate } = options;
  const lonely = hasBudget(options) ? undefined : beside.find((name) => options[name] !== undefined);
  if (lonely !== undefined) throw missing(lonely, `one of ${limitNames.map(optionName).join(', ')}`);
  const running = run.find((name) => options[name] !== undefined);
  if (running !== undefined && calibrate === undefined) throw missing(running, '--calibrate');
  if (maxLoss !== undefined && metric === undefined && labels === undefined)
    throw missing('maxLoss', '--labels, or --metric,');
}

function missing(name: keyof BudgetOptions, other: string): Error {
  return usageError({
    where: optionName(name),
    expected: `${other} beside it`,
    received: 'none',
    remedy: `Give ${other.replace(/,$/, '')} too, or leave it out.`,
  });
}
