import { type InputsOfWeights, numberedBatches, type ObserveInputsOptions } from '@lowbit/core/adapter';
import type { WeightSite } from '../../describe/weight-site.js';
import { checkBatch, checkBatches } from '../check-batches.js';
import { type VisitingRun, visitValues } from '../visit-values.js';
import { openBranches } from './branch-values.js';
import { looksAt, runValue } from './looks-at.js';

/**
 * Runs the model on every batch and gathers moments of what weights are multiplied with, of 65,536 rows a weight at most, drawn
 * evenly. Batches are gone through once more before, to count their samples. What is in branches of If is handed out; where one is not
 * taken, its weights have seen nothing.
 *
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model or when there are none, `non-finite`,
 *   `runtime-failed`, `aborted`.
 */
export async function observeInputs(
  { model, ort, batches }: Omit<VisitingRun, 'options'>,
  sites: readonly WeightSite[],
  options: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  checkBatches(batches);
  const { values, result } = looksAt(model, sites, options);
  if (values.length > 0) {
    const opened = openBranches(model, values);
    const visits = values.map((value, i) => ({ ...value, tensor: opened.names[i] as string }));
    const numbered = await numberedBatches(batches, checkBatch);
    const run = { model: opened.model, ort, batches: numbered.batches, options };
    await visitValues(run, visits, ({ tensor, look }, output) =>
      look(runValue(output, tensor), numbered.now()),
    );
  }
  return result();
}
