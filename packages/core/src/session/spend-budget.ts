import { defined } from '../contract/defined.js';
import type { SessionOptions } from '../contract/events.js';
import type { CandidateChoice, Measurements } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { BitAssignment, BudgetTerms } from '../contract/policy.js';
import type { RepeatableData } from '../contract/repeatable-data.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { LowbitError } from '../errors/error.js';
import { candidateKey } from '../policy/candidates.js';
import { draftOfChoice } from '../policy/draft-of-choice.js';
import { holds } from '../policy/next-choice.js';
import { isSameChoice } from '../policy/known.js';
import { unspentDraft } from '../plan/draft-weights.js';
import { draftPrepared, planPrepared, type Prepared } from '../plan/make-plan.js';
import type { Judge } from './judge-outputs.js';
import { jointEffect } from './joint-effect.js';
import { judgeOf, measureWeights } from './measure-weights.js';
import { pauses } from '../contract/pause.js';

/** What was written of a plan: its bytes, and how its outputs are, where that can be told. */
export interface WrittenPlan {
  readonly bytes: number;
  readonly judged?: Awaited<ReturnType<Judge['judge']>> | undefined;
}

/** Writes a plan. @param judge Absent where its outputs do not count. */
export type WriteOne = (resolved: ResolvedPlan, judge: Judge | undefined) => Promise<WrittenPlan>;

/** What spending is done with. */
export interface SpendingMeans {
  readonly data: RepeatableData | undefined;
  /** Asked for the narrowest plan first, and then for what is chosen. */
  readonly writeOne: WriteOne;
  readonly session: SessionOptions;
}

/** A plan on which a budget was spent. */
export interface SpentBudget {
  readonly resolved: ResolvedPlan;
  readonly measurements: Measurements;
  readonly warnings: readonly string[];
}

/** Times that a plan is written until its size is right. */
const mostWrites = 10;
/** Part of a budget of bytes that is used where the choices allow. */
const wellUsed = 0.99;

/**
 * Measures what a budget needs to know, has the policy choose, measures choices as a whole as long as it explores, and writes what it
 * chose: what the estimate of the size missed is spent or given back, and what does not hold when it is run is not taken.
 *
 * @throws LowbitError `budget-infeasible`; `calibration-missing` for limits of quality without data, or without a port that runs its
 *   model; `aborted`; the port's own errors.
 */
export async function spendBudget<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  terms: BudgetTerms,
  { data, writeOne, session }: SpendingMeans,
): Promise<SpentBudget> {
  const { candidates, together } = terms;
  const judge = await judgeFor(port, terms, data, session);
  const { recipe, policies } = prepared;
  const { draft, decided } = unspentDraft(prepared, recipe, policies, terms.before);
  const work = { prepared, draft, decided, candidates, ...defined({ together }) };
  const known = recipe.measurements;
  const measured = await measureWeights(port, work, judge, { ...session, known });
  return chooseAndWrite({ port, prepared, draft, decided, terms, judge, writeOne, session }, measured);
}

async function judgeFor<M>(
  port: ModelPort<M>,
  { effects, maxLoss, minSqnr, metric, classes }: BudgetTerms,
  data: RepeatableData | undefined,
  session: SessionOptions,
): Promise<Judge | undefined> {
  const isTask = maxLoss !== undefined;
  const settings = { isTask, ...defined({ metric, classes }) };
  const judge = effects ? await judgeOf(port, data?.batches, settings, session) : undefined;
  if (judge === undefined && (isTask || minSqnr !== undefined)) throw cannotJudge(port, data);
  return judge;
}

interface Spending<M> {
  readonly port: ModelPort<M>;
  readonly prepared: Prepared;
  /** Before the budget is spent. */
  readonly draft: readonly BitAssignment[];
  readonly decided: ReadonlySet<string>;
  readonly terms: BudgetTerms;
  readonly judge: Judge | undefined;
  readonly writeOne: WriteOne;
  readonly session: SessionOptions;
}

async function chooseAndWrite<M>(spending: Spending<M>, measured: Measurements): Promise<SpentBudget> {
  const { terms, judge, writeOne } = spending;
  let measurements = measured;
  if (terms.bytes !== undefined) measurements = await withLeanest(spending, measurements);
  const isChecked = terms.maxLoss !== undefined || terms.minSqnr !== undefined;
  let best: { readonly spent: Chosen; readonly bytes: number } | undefined;
  for (let writes = 0; writes < mostWrites; writes++) {
    const explored = await explore(spending, measurements);
    ({ measurements } = explored);
    const { choice, resolved } = explored;
    if (terms.bytes === undefined && !isChecked) return finished(explored, measurements, terms);
    if (best !== undefined && isSameChoice(best.spent.choice, choice)) break;
    const { bytes, judged } = await writeOne(resolved, isChecked ? judge : undefined);
    const fits = bytes <= (terms.bytes ?? Infinity);
    const isHeld = judged === undefined || holds(judged, terms);
    measurements = {
      ...measurements,
      written: [
        ...measurements.written.filter((one) => !isSameChoice(one.choice, choice)),
        { choice, bytes },
      ],
      ...(judged === undefined || isHeld
        ? {}
        : { joint: [...measurements.joint, { choice, ...judged, ofResult: true as const }] }),
    };
    if (fits && isHeld && bytes > (best?.bytes ?? -1)) best = { spent: explored, bytes };
    if (fits && isHeld && (terms.bytes === undefined || bytes >= wellUsed * terms.bytes)) break;
  }
  if (best === undefined) throw neverFits(terms, measurements);
  return finished(best.spent, measurements, terms);
}

/** A choice for the whole model, as a plan. */
interface Chosen {
  readonly choice: CandidateChoice;
  readonly resolved: ResolvedPlan;
}

function finished(
  { choice, resolved }: Chosen,
  measurements: Measurements,
  { effects }: BudgetTerms,
): SpentBudget {
  const known = measurements.joint.find((one) => isSameChoice(one.choice, choice));
  const single = measurements.items.map(
    ({ ids, candidates }) => candidates.find(({ candidate }) => candidate === choice[ids[0]])?.effect ?? 0,
  );
  const predicted = single.reduce((sum, effect) => sum + effect, 0);
  const unverified = effects && measurements.effect === undefined ? [unverifiedWords] : [];
  const misled = known !== undefined && isMisled(predicted, known.effect);
  return {
    resolved,
    measurements,
    warnings: misled ? [...unverified, misledWords(predicted, known.effect)] : unverified,
  };
}

/** Effects that the sum of single ones misses by more than this factor, where the whole is off by more than noise. */
const mostMissed = 3;
const noise = 1e-3;

const isMisled = (predicted: number, effect: number): boolean =>
  effect > noise && effect > mostMissed * Math.max(predicted, 0);

const unverifiedWords =
  'budget: bits were chosen by the errors of the weights alone, unverified: give data that the model can be run on, so that they are chosen by what its outputs lose';

const misledWords = (predicted: number, effect: number): string =>
  `budget: the outputs are off by ${effect.toPrecision(2)} where the effects of single weights add up to ${predicted.toPrecision(2)}: weights spoil each other, and single effects tell little then; allow more`;

/** Has the policy choose; what it has not seen as a whole is measured, until it takes what it has seen. */
async function explore<M>(
  { port, prepared, judge, session }: Spending<M>,
  given: Measurements,
): Promise<Chosen & { readonly measurements: Measurements }> {
  const pause = pauses(session.signal, 'measure');
  const run = port.run?.bind(port);
  const explores = judge !== undefined && run !== undefined;
  let measurements = given;
  for (;;) {
    const known = { ...prepared, recipe: { ...prepared.recipe, measurements } };
    const drafts = draftPrepared(known, explores);
    const choice = choiceOfDrafts(measurements, drafts);
    const { resolved } = planPrepared(port, known, drafts);
    const isKnown = measurements.joint.some((one) => isSameChoice(one.choice, choice));
    if (!explores || isKnown) return { choice, resolved, measurements };
    await pause();
    const done = measurements.joint.length;
    session.onProgress?.({ phase: 'measure', done, total: 0, id: 'all weights together' });
    const judged = await jointEffect(port, run, resolved.entries, judge);
    measurements = { ...measurements, joint: [...measurements.joint, { choice, ...judged }] };
  }
}

/** What each measured weight was given, by the key of its candidate. */
function choiceOfDrafts({ items }: Measurements, drafts: readonly BitAssignment[]): CandidateChoice {
  const byId = new Map(drafts.map((entry) => [entry.id, entry]));
  return Object.fromEntries(
    items.flatMap(({ ids }) => {
      const entry = byId.get(ids[0]);
      const isMeasured = entry !== undefined;
      return isMeasured ? ids.map((id) => [id, keyOf(entry)] as const) : [];
    }),
  );
}

const keyOf = (entry: BitAssignment): string =>
  candidateKey(entry.bits === 'float' ? { bits: 'float' } : entry);

/** The size of the smallest choice, by which it is known what the model takes beside its weights. */
async function withLeanest<M>(spending: Spending<M>, measurements: Measurements): Promise<Measurements> {
  const { port, prepared, writeOne } = spending;
  const drafts = leanestDraft(spending, measurements);
  const { resolved } = planPrepared(port, prepared, drafts);
  const { bytes } = await writeOne(resolved, undefined);
  const choice = choiceOfDrafts(measurements, drafts);
  return { ...measurements, written: [...measurements.written, { choice, bytes }] };
}

function leanestDraft<M>(
  { draft, decided, terms }: Spending<M>,
  { items }: Measurements,
): readonly BitAssignment[] {
  const leanest = items.flatMap(({ ids, candidates }) => {
    const [first] = [...candidates].sort((one, other) => one.storedBytes - other.storedBytes);
    return first === undefined ? [] : ids.map((id) => [id, first.candidate] as const);
  });
  return draftOfChoice(draft, Object.fromEntries(leanest), terms.candidates, decided);
}

function cannotJudge<M>({ name }: ModelPort<M>, data: RepeatableData | undefined): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: 'budget',
    expected: 'data, and a port that can run its model: limits of quality are checked by running it',
    received: data === undefined ? 'no data' : `a port '${name}' that cannot`,
    remedy:
      data === undefined
        ? 'Give batches as data of the recipe (command line: --calibrate).'
        : 'Give the port what runs the model, as in onnx(bytes, { ort }) or keras(file, { runner }) with runner of @lowbit/tfjs.',
  });
}

function neverFits({ bytes, maxLoss, minSqnr }: BudgetTerms, { written }: Measurements): LowbitError {
  const limits = [
    bytes !== undefined && `${bytes} bytes`,
    maxLoss !== undefined && `a loss of ${maxLoss}`,
    minSqnr !== undefined && `${minSqnr} dB`,
  ].filter((word) => word !== false);
  return new LowbitError({
    code: 'budget-infeasible',
    where: 'budget',
    expected: `what keeps ${limits.join(' and ')} when it is written`,
    received: `sizes of ${written.map((one) => one.bytes).join(', ')} bytes`,
    remedy: 'Allow a little more.',
  });
}
