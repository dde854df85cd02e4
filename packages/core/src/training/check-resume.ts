import { LowbitError } from '../errors/error.js';
import type { ActivationEntry, PlanEntry, QuantizationPlan, QuantizedEntry } from '../contract/plan.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { optionsOf, type Chosen } from '../plugin/choose.js';
import type { Options } from '../contract/options.js';
import type { Schedule } from '../contract/schedule.js';
import { checkLoaded } from './check-loaded.js';
import type { TrainingCheckpoint } from './checkpoint.js';

/** The run that is to go on from a checkpoint, as the recipe and the model make it. */
export interface ResumedRun extends Pick<ResolvedPlan, 'plan' | 'entries' | 'sites'> {
  readonly schedule: Chosen<Schedule> | undefined;
  readonly variables: ReadonlyMap<string, Float32Array>;
}

/** What the run has and the checkpoint has not. */
interface Difference {
  readonly where: string;
  readonly expected: string;
  readonly received: string;
}

/**
 * Checks that a checkpoint is one of this run: of the same variables, and of the same plan before any round.
 *
 * @throws LowbitError `checkpoint-invalid` with the first thing that differs.
 */
export function checkResume(given: TrainingCheckpoint, run: ResumedRun): void {
  checkLoaded(given, 'resume');
  const difference =
    variableDifference(given.variables, run.variables) ??
    planDifference(given, run) ??
    optionDifference(given, run) ??
    frozenDifference(given, run);
  if (difference === undefined) return;
  throw new LowbitError({
    code: 'checkpoint-invalid',
    ...difference,
    remedy:
      'Resume with the model, under the same layer names, and the recipe that the checkpoint was made with; or train anew without it.',
  });
}

function variableDifference(
  stored: ReadonlyMap<string, Float32Array>,
  own: ReadonlyMap<string, Float32Array>,
): Difference | undefined {
  const names = new Set([...own.keys(), ...stored.keys()]);
  return differing(names, (name) => `variable '${name}'`, sizeIn(own), sizeIn(stored));
}

const sizeIn = (variables: ReadonlyMap<string, Float32Array>) => (name: string) => {
  const values = variables.get(name);
  return values === undefined ? 'none of this name' : `${values.length} values`;
};

function planDifference(given: TrainingCheckpoint, run: ResumedRun): Difference | undefined {
  // Rounds may change bits, and checkpoints of earlier versions do not tell what they were before.
  const withBits = given.bits !== undefined || run.schedule === undefined;
  const options = optionsIn(run);
  const own = factsOf(run.plan, options, withBits);
  const stored = factsOf(withFirstBits(given), options, withBits);
  const schedule = run.schedule?.plugin.name ?? 'none';
  own.set('schedule', schedule);
  stored.set('schedule', given.schedule === undefined ? schedule : (given.schedule ?? 'none'));
  const fact = (facts: ReadonlyMap<string, string>) => (subject: string) => facts.get(subject) ?? 'none';
  return differing(new Set([...own.keys(), ...stored.keys()]), (subject) => subject, fact(own), fact(stored));
}

/** Of the schedule, where the checkpoint tells them; an option that the schedule did not have then had its default. */
function optionDifference({ scheduleOptions }: TrainingCheckpoint, { schedule }: ResumedRun) {
  if (scheduleOptions === undefined || schedule === undefined) return undefined;
  const { plugin, options: own } = schedule;
  const { options: schema = {} } = plugin;
  const stored = (name: string) => scheduleOptions[name] ?? schema[name]?.default;
  const names = new Set([...Object.keys(own), ...Object.keys(scheduleOptions)]);
  return differing(
    names,
    (name) => `option '${name}' of the schedule`,
    (name) => String(own[name] ?? 'no such option'),
    (name) => String(stored(name)),
  );
}

/** The plan as it was before any round. */
function withFirstBits({ plan, bits = {} }: TrainingCheckpoint): QuantizationPlan {
  const weights = plan.weights.map((entry) =>
    entry.bits === 'float' ? entry : { ...entry, bits: bits[entry.id] ?? entry.bits },
  );
  return { ...plan, weights };
}

/** The options of an entry, with the defaults of the quantizer that the run has there. */
type OptionsOf = (entry: QuantizedEntry | ActivationEntry) => Options;

function optionsIn({ entries, sites }: ResumedRun): OptionsOf {
  const ofWeights = new Map(entries.map(({ entry, quantizer }) => [entry.id, quantizer]));
  const ofSites = new Map(sites.map(({ entry, quantizer }) => [entry.id, quantizer]));
  return (entry) => {
    const { name, options } = entry.quantizer;
    const own = ('granularity' in entry ? ofWeights : ofSites).get(entry.id);
    return own?.name === name ? optionsOf(own, options) : options;
  };
}

/** What a plan decides, by subject. */
function factsOf(plan: QuantizationPlan, options: OptionsOf, withBits: boolean): Map<string, string> {
  const entries = [
    ...plan.weights.map((entry) => [`weight '${entry.id}'`, entry] as const),
    ...(plan.activations ?? []).map((entry) => [`activation '${entry.id}'`, entry] as const),
  ];
  const facts = entries.flatMap(([subject, entry]) =>
    Object.entries(entryFacts(entry, options, withBits)).map(
      ([name, fact]) => [`${subject}: ${name}`, fact] as const,
    ),
  );
  return new Map([['port', plan.port], ...facts, ['seed', String(plan.seed)]]);
}

function entryFacts(
  entry: PlanEntry | ActivationEntry,
  options: OptionsOf,
  withBits: boolean,
): Record<string, string> {
  if (entry.bits === 'float') return { bits: 'float' };
  const sorted = Object.entries(options(entry)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    quantizer: entry.quantizer.name,
    ...(withBits ? { bits: String(entry.bits) } : {}),
    options: JSON.stringify(Object.fromEntries(sorted)),
    ...('granularity' in entry
      ? {
          granularity: JSON.stringify(entry.granularity),
          'parameter storage': JSON.stringify(entry.parameterStorage),
        }
      : {}),
  };
}

function frozenDifference(given: TrainingCheckpoint, run: ResumedRun): Difference | undefined {
  const quantized = new Set(run.entries.map(({ entry }) => entry.id));
  const expected = (id: string) =>
    quantized.has(id) ? `${run.variables.get(id)?.length ?? 0} values` : 'a weight that is quantized';
  const received = (id: string) => {
    const held = given.frozen.get(id);
    return held?.mask.length === held?.values.length
      ? `${held?.values.length} values`
      : 'a mask of another size';
  };
  return differing(given.frozen.keys(), (id) => `frozen values of '${id}'`, expected, received);
}

function differing(
  subjects: Iterable<string>,
  where: (subject: string) => string,
  expected: (subject: string) => string,
  received: (subject: string) => string,
): Difference | undefined {
  for (const subject of subjects)
    if (expected(subject) !== received(subject))
      return {
        where: `checkpoint: ${where(subject)}`,
        expected: expected(subject),
        received: received(subject),
      };
  return undefined;
}
