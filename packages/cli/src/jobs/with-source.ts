import { defined } from '@lowbit/core/adapter';

import type { FoundModel } from '../model/find-model.js';
import type { Progress } from '../output/progress.js';
import { hasBudget, workNames } from '../usage/budget-options.js';
import { optionName } from '../usage/option-name.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { usageError } from '../usage/usage-error.js';

/** A model whose bits are chosen, with what it takes to measure it. */
interface SourceRun {
  readonly model: FoundModel;
  readonly options: QuantizeOptions;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * The options with the model that they are of: what was measured is compared with it, and what is measured is spread as they say.
 *
 * @throws UsageError for work that is to be spread where jobs do not compute what the plan needs.
 */
export function withSource({ model, options, signal, progress }: SourceRun): QuantizeOptions {
  if (!hasBudget(options)) return options;
  const spread = workNames.find((name) => options[name] !== undefined);
  const other = (['activations', 'float16'] as const).find((name) => options[name] !== undefined);
  if (spread !== undefined && other !== undefined)
    throw usageError({
      where: optionName(spread),
      expected: `no ${optionName(other)} beside it: jobs measure weights of the model as it is`,
      received: 'both',
    });
  const measured = () => import('./measured-by-jobs.js');
  const measure = async () =>
    (await measured()).measuredByJobs(model, model.file, options, { signal, progress });
  return {
    ...options,
    source: {
      identify: async () => (await measured()).measuredModel(model, signal),
      ...defined({ measure: spread === undefined ? undefined : measure }),
    },
  };
}
