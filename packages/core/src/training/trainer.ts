import type { Batch } from '../contract/model-run.js';
import type { FittedActivations } from '../contract/model-writer.js';
import type { TrainablePort } from '../contract/trainable-port.js';
import { seededRandom, seedFrom } from '../numeric/random.js';
import { withBits } from '../plan/change-plan.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import type { Chosen } from '../plugin/choose.js';
import type { Round, Schedule } from '../contract/schedule.js';
import type { Quantized } from '../session/apply-plan.js';
import type { SessionOptions } from '../contract/events.js';
import { withWarnings, writePlan } from '../session/write-plan.js';
import { askSchedule } from './ask-schedule.js';
import type { TrainingCheckpoint } from './checkpoint.js';
import { frozenWeights } from './frozen-weights.js';
import { bitsOf, frozenShare, simulatedWeight } from './plan-now.js';
import { checkpointAt, type RoundStart } from './round-start.js';
import type { TrainingRound } from './training-run.js';
import { scheduledWeights } from './scheduled-weight.js';
import { trainedFit } from './trained-fit.js';
import { defined } from '../contract/defined.js';

/** What a training run works with. */
export interface TrainingWork<M> {
  readonly port: TrainablePort<M>;
  readonly schedule: Chosen<Schedule> | undefined;
  readonly fitted: FittedActivations;
  readonly batches: readonly Batch[];
  /** What there is to say besides, for the report. */
  readonly warnings: readonly string[];
}

/** The steps of a training run, one after the other. */
export interface Trainer<M> {
  /** Prepares the next round; `null` when there is none. */
  next(): Promise<TrainingRound | null>;
  /** Mean loss on the batches as the model is now; `undefined` without batches or a loss function. */
  loss(): Promise<number | undefined>;
  /** Makes the result from the weights as they are now. */
  finish(options: SessionOptions): Promise<Quantized<M>>;
  checkpoint(rounds: readonly TrainingRound[]): Promise<TrainingCheckpoint>;
}

/** Where a run begins: with its plan alone, or where it goes on. */
export interface TrainingStart
  extends
    Pick<TrainingCheckpoint, 'rounds' | 'memory' | 'frozen'>,
    Required<Pick<TrainingCheckpoint, 'bits'>> {
  readonly resolved: ResolvedPlan;
}

export function trainer<M>(work: TrainingWork<M>, start: TrainingStart): Trainer<M> {
  const { port, schedule, batches } = work;
  const memory = copyOf(start.memory);
  const measure = lossOn(port, batches);
  let { resolved } = start;
  let finished = start.rounds.length;
  let before: RoundStart | undefined;
  const fit = trainedFit(() => before && { ...work.fitted, entries: resolved.entries, ...before });
  const frozen = frozenWeights(start.frozen, fit);
  for (const [id, held] of frozen.all()) port.hold(id, held);

  const scheduledRound = async ({ plugin, options }: Chosen<Schedule>): Promise<Round | null> => {
    const weights = await scheduledWeights(resolved.entries, frozen);
    const random = seededRandom(seedFrom(resolved.plan.seed, `round ${finished}`));
    const loss = measure === undefined ? {} : { loss: measure };
    const round = await askSchedule(plugin, { finished, weights, options, memory, random, ...loss });
    if (round?.bits !== undefined) resolved = withBits(resolved, round.bits);
    for (const { id, tensor } of weights) {
      const mask = round?.hold?.get(id);
      if (mask?.includes(1)) port.hold(id, frozen.freeze(id, mask, tensor));
    }
    return round;
  };
  const onlyRound = () => (finished > 0 ? null : { name: 'training' });
  const loss = async () => (measure === undefined ? undefined : measure(new Map()));
  const standsAt = async (): Promise<RoundStart> => {
    const variables = await port.variables();
    return { plan: resolved.plan, memory: copyOf(memory), frozen: new Map(frozen.all()), variables };
  };

  return {
    async next() {
      const stands = await standsAt();
      const round = schedule === undefined ? onlyRound() : await scheduledRound(schedule);
      if (round === null) return null;
      before = stands;
      if (schedule === undefined || schedule.plugin.simulates)
        await port.simulate(resolved.entries.map((own) => simulatedWeight(own, fit)));
      const number = finished;
      finished += 1;
      const snapped = await loss();
      const now = { frozen: frozenShare(resolved.entries, frozen), bits: bitsOf(resolved.plan) };
      return { number, name: round.name, ...now, ...defined({ loss: snapped }) };
    },
    loss,
    async finish(options) {
      if (batches.length > 0) await port.updateNormalization?.(batches);
      const outcome = { ...resolved, ...work.fitted };
      const { quantized } = await writePlan(port, outcome, frozen.encode, options);
      return withWarnings(quantized, work.warnings);
    },
    async checkpoint(rounds) {
      return checkpointAt(await standsAt(), before, rounds, { bits: start.bits, ...toldOf(schedule) });
    },
  };
}

/** What a checkpoint tells of the schedule. */
function toldOf(schedule: Chosen<Schedule> | undefined) {
  if (schedule === undefined) return { schedule: null };
  const { plugin, options } = schedule;
  const scheduleOptions = Object.keys(options).length > 0 ? options : undefined;
  return { schedule: plugin.name, ...defined({ scheduleOptions }) };
}

function lossOn<M>(port: TrainablePort<M>, batches: readonly Batch[]) {
  if (batches.length === 0 || port.loss === undefined) return undefined;
  const loss = port.loss.bind(port);
  return (replaced: ReadonlyMap<string, Float32Array>) => loss(batches, replaced);
}

/** A deep copy of plain JSON. */
function copyOf(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
