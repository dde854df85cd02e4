import type { Measurements } from '../contract/measurements.js';
import { pauses } from '../contract/pause.js';
import { draftPrepared, planPrepared } from '../plan/make-plan.js';
import { isSameChoice } from '../policy/known.js';
import type { Judge } from './judge-outputs.js';
import { measuringTogether } from './measuring-together.js';
import { choiceOfDrafts, type Chosen, type Spending } from './spending.js';

/** With what compares with the original, where something does. */
export interface Judging<M> extends Spending<M> {
  readonly judge: Judge | undefined;
}

/** Has the policy choose; what it has not seen as a whole is measured, until it takes what it has seen. */
export async function explore<M>(
  { port, prepared, judge, session }: Judging<M>,
  given: Measurements,
): Promise<Chosen & { readonly measurements: Measurements }> {
  const pause = pauses(session.signal, 'measure');
  const run = port.run?.bind(port);
  const measureTogether = judge && run && measuringTogether(port, run, judge);
  const explores = measureTogether !== undefined;
  let measurements = given;
  for (;;) {
    const known = { ...prepared, recipe: { ...prepared.recipe, measurements } };
    const drafts = draftPrepared(known, { explores });
    const choice = choiceOfDrafts(measurements, drafts);
    const { resolved } = planPrepared(port, known, drafts);
    const isKnown = measurements.joint.some((one) => isSameChoice(one.choice, choice));
    if (!explores || isKnown) return { choice, resolved, measurements };
    await pause();
    const done = measurements.joint.length;
    session.onProgress?.({ phase: 'measure', done, total: 0, id: 'all weights together' });
    const judged = await measureTogether(resolved.entries);
    measurements = { ...measurements, joint: [...measurements.joint, { choice, ...judged }] };
  }
}
