import { checkOptions } from '../errors/check-argument.js';
import { LowbitError, throwProblems } from '../errors/error.js';
import { stopIfAborted } from '../errors/stop-if-aborted.js';
import { checkPort } from '../contract/check-port.js';
import type { Batch } from '../contract/model-run.js';
import type { Recipe } from '../contract/recipe.js';
import type { TrainablePort } from '../contract/trainable-port.js';
import { checkIsRecipe } from '../plan/check-recipe.js';
import { prepare } from '../plan/make-plan.js';
import { planOf } from '../session/plan-of.js';
import { resolvePlan } from '../plan/resolve.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { choosePluginOf } from '../plugin/choose.js';
import type { Registry } from '../contract/registry.js';
import { fitActivations } from '../session/fit-activations.js';
import { dataWarnings, statisticsFor, withRepeatable } from '../session/observe-data.js';
import { awaitedResult } from './awaited-result.js';
import type { TrainingCheckpoint } from './checkpoint.js';
import { checkResume } from './check-resume.js';
import { bitsOf } from './plan-now.js';
import {
  type Trained,
  type TrainingRound,
  type TrainingRun,
  type TrainOptions,
  trainTypes,
} from './training-run.js';
import { trainer, type Trainer } from './trainer.js';

/**
 * Trains a quantized model. The user keeps the training loop: each round of the run is a turn to train in. Without a
 * schedule there is one round, in which weights are fake-quantized; a schedule freezes values, or lowers bits, round by
 * round.
 *
 * The user's model takes part in it and is changed; leaving the loop early gives it back as it was.
 *
 * @throws LowbitError what `makePlan` throws; `checkpoint-invalid` for a checkpoint of another model or recipe; `plugin-failed` for a
 *   schedule, a refit or a pass that breaks its promises; `non-finite` where the training diverges; `aborted`; the port's own errors. Each rejects the step of the iteration that it happens in, and `result`.
 * @example
 * const run = train(tfjs(model), { weights: slq(), bits: 3, schedule: slqSchedule() });
 * for await (const round of run) await model.fit(xs, ys, { epochs: 3 });
 * const { model: small } = await run.result;
 */
export function train<M>(port: TrainablePort<M>, recipe: Recipe, options: TrainOptions = {}): TrainingRun<M> {
  checkPort(port);
  checkTrainable(port);
  checkIsRecipe(recipe);
  checkOptions(options, trainTypes, 'train');
  const rounds: TrainingRound[] = [...finishedRounds(recipe, options.resume)];
  const result = deferred<Trained<M>>();
  let steps: Trainer<M> | undefined;
  let isStarted = false;

  async function* iterate(): AsyncGenerator<TrainingRound> {
    if (isStarted) throw wrongUse('a run that nobody iterated over yet', 'a second iteration');
    isStarted = true;
    const before = await port.variables();
    let isOver = false;
    try {
      steps = await begin(port, withRepeatable(recipe), options, before);
      for (let round = await steps.next(); round !== null; round = await steps.next()) {
        stopIfAborted(options.signal, 'train');
        rounds.push(round);
        yield round;
        stopIfAborted(options.signal, 'train');
        await noteLoss(steps, rounds);
      }
      result.resolve({ ...(await steps.finish(options)), rounds: [...rounds] });
      isOver = true;
    } catch (error) {
      result.reject(error);
      throw error;
    } finally {
      port.release();
      if (!isOver) port.assign(before);
      result.reject(new LowbitError({ code: 'aborted', where: 'train' }));
    }
  }

  return {
    result: awaitedResult(result.promise, () => isStarted),
    rounds,
    [Symbol.asyncIterator]: iterate,
    checkpoint() {
      if (steps === undefined)
        throw wrongUse('a call in the body of the loop', 'a call before the first round');
      const now = steps;
      return noteLoss(now, rounds).then(() => now.checkpoint(rounds));
    },
  };
}

async function begin<M>(
  port: TrainablePort<M>,
  { recipe, data }: ReturnType<typeof withRepeatable>,
  { batches, resume, ...session }: TrainOptions,
  variables: ReadonlyMap<string, Float32Array>,
): Promise<Trainer<M>> {
  const prepared = await prepare(port, recipe, { ...session, forTraining: true });
  const work = await planOf(port, prepared, { data, calibration: recipe.calibration }, session);
  const { resolved: planned } = work;
  const registry = prepared.plugins.registry();
  const schedule =
    recipe.schedule === undefined ? undefined : choosePluginOf('schedule', recipe.schedule, recipe.registry);
  if (resume !== undefined) checkResume(resume, { ...planned, variables, schedule });
  const resolved = resume === undefined ? planned : resumedPlan(resume, planned, registry, port);
  const rounds = finishedRounds(recipe, resume);
  const start = { memory: {}, frozen: new Map(), ...resume, resolved, rounds, bits: bitsOf(planned.plan) };
  const { calibration } = work.inputs;
  const statistics = await statisticsFor(port, resolved, { calibration, data }, session);
  const isMeasured =
    prepared.recipe.features !== recipe.features ||
    work.measurements?.effect !== undefined ||
    statistics !== calibration;
  const warnings = [...work.warnings, ...dataWarnings({ calibration, data }, resolved, isMeasured)];
  const fitted = fitActivations(resolved.sites, statistics);
  if (resume !== undefined) port.assign(resume.variables);
  if (fitted.activations.size > 0) await port.substitute(fitted.activations);
  return trainer({ port, schedule, fitted, warnings, batches: await collect(batches) }, start);
}

/** The plan of a checkpoint, with the bits that rounds have changed. */
function resumedPlan<M>(
  { plan }: TrainingCheckpoint,
  { layers }: ResolvedPlan,
  registry: Registry,
  { supports }: TrainablePort<M>,
): ResolvedPlan {
  const { resolved, problems } = resolvePlan(plan, layers, registry, supports);
  throwProblems(problems);
  return resolved;
}

/** Without a schedule there is one round, which a resumed run goes on in. Whether these are rounds is checked when the run begins. */
function finishedRounds({ schedule }: Recipe, resume: TrainOptions['resume']): readonly TrainingRound[] {
  const rounds: unknown = resume?.rounds;
  return schedule !== undefined && Array.isArray(rounds) ? (rounds as readonly TrainingRound[]) : [];
}

/** Measures the loss that the last round's training has led to. */
async function noteLoss<M>(steps: Trainer<M>, rounds: TrainingRound[]): Promise<void> {
  const trainedLoss = await steps.loss();
  const last = rounds.at(-1);
  if (trainedLoss !== undefined && last !== undefined) rounds[rounds.length - 1] = { ...last, trainedLoss };
}

async function collect(batches: TrainOptions['batches']): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches ?? []) all.push(batch);
  return all;
}

/** @throws LowbitError `invalid-argument` for a port that quantizes alone. */
function checkTrainable({ name, variables, assign }: Partial<TrainablePort<unknown>>): void {
  if (typeof variables === 'function' && typeof assign === 'function') return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'train',
    expected: 'a port that can train',
    received: `a port '${name}' that quantizes alone`,
    remedy: 'Train with tfjs(model) without the option foldBatchNorm, and fold when the result is quantized.',
  });
}

function wrongUse(expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where: 'train', expected, received });
}

/** A promise with its handles; nobody has to look at a rejection. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
