import type { Measurements } from '../contract/measurements.js';
import type { BitAssignment } from '../contract/policy.js';
import { pauses } from '../contract/pause.js';
import { planPrepared } from '../plan/make-plan.js';
import { draftOfChoice } from '../policy/draft-of-choice.js';
import { frontier } from '../policy/frontier.js';
import { isSameChoice } from '../policy/known.js';
import type { Judge } from './judge-outputs.js';
import { measuringTogether } from './measuring-together.js';
import type { Spending } from './spending.js';

/** What the curve of a budget is measured with. */
interface CurveMeans {
  /** Before the budget is spent. */
  readonly draft: readonly BitAssignment[];
  readonly decided: ReadonlySet<string>;
  readonly judge: Judge | undefined;
  /** Sizes at even distances. */
  readonly points: number;
}

/** Measurements with the effect of all weights together for each choice of the curve, where something can be run. */
export async function withCurve<M>(
  { port, prepared, terms, session }: Spending<M>,
  measurements: Measurements,
  { draft, decided, judge, points }: CurveMeans,
): Promise<Measurements> {
  const run = port.run?.bind(port);
  if (judge === undefined || run === undefined || points === 0) return measurements;
  const pause = pauses(session.signal, 'measure');
  const { decreasing = false, candidates } = terms;
  const choices = frontier(measurements, { points, decreasing })
    .map(({ choice }) => choice)
    .filter((choice) => !measurements.joint.some((one) => isSameChoice(one.choice, choice)));
  const measureTogether = measuringTogether(port, run, judge);
  const joint = [...measurements.joint];
  for (const [done, choice] of choices.entries()) {
    session.onProgress?.({ phase: 'measure', done, total: choices.length, id: 'the curve of sizes' });
    await pause();
    const { resolved } = planPrepared(port, prepared, draftOfChoice(draft, choice, candidates, decided));
    joint.push({ choice, ...(await measureTogether(resolved.entries)) });
  }
  return { ...measurements, joint };
}
