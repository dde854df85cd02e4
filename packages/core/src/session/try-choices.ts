import { defined } from '../contract/defined.js';
import type { Measurements } from '../contract/measurements.js';
import { unspentDraft } from '../plan/draft-weights.js';
import { planPrepared } from '../plan/make-plan.js';
import { draftOfChoice } from '../policy/draft-of-choice.js';
import { isSameChoice, latestOf } from '../policy/known.js';
import { explore, type Judging } from './explore.js';
import { withResult, withWritten } from './with-written.js';

/** With the size of what single effects choose: what is explored around it has then about the bytes that are spent. */
export async function withFirstWritten<M>(
  spending: Judging<M>,
  measurements: Measurements,
): Promise<Measurements> {
  const { chosen } = await explore({ ...spending, judge: undefined }, measurements);
  if (chosen === undefined) return measurements;
  const { choice, resolved } = chosen;
  if (measurements.written.some((one) => isSameChoice(one.choice, choice))) return measurements;
  const { bytes, weightBytes } = await spending.writeOne(resolved, undefined);
  return withWritten(measurements, { choice, bytes, ...defined({ weightBytes }) });
}

/**
 * With what the result of the best choice does to the outputs: data may choose codes for it that do better than the nearest, by which
 * choices are compared, and weights that gain nothing are left as they are.
 */
export async function withBestWritten<M>(
  { port, prepared, terms, judge, writeOne }: Judging<M>,
  measurements: Measurements,
): Promise<Measurements> {
  const untried = latestOf(measurements.joint).filter(({ ofResult }) => ofResult !== true);
  const [first, ...others] = untried;
  if (first === undefined || judge === undefined) return measurements;
  const { choice } = others.reduce((one, other) => (other.effect < one.effect ? other : one), first);
  const { draft, decided } = unspentDraft(prepared, prepared.recipe, prepared.policies, terms.before);
  const drafts = draftOfChoice(draft, choice, terms.candidates, decided);
  const { judged } = await writeOne(planPrepared(port, prepared, drafts).resolved, judge);
  return judged === undefined ? measurements : withResult(measurements, choice, judged);
}
