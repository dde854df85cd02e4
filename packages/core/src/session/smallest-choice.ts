import { defined } from '../contract/defined.js';
import type { Measurements, WrittenSize } from '../contract/measurements.js';
import type { BitAssignment } from '../contract/policy.js';
import type { Recipe } from '../contract/recipe.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { isLowbitError, LowbitError } from '../errors/error.js';
import { draftPrepared, planPrepared } from '../plan/make-plan.js';
import { storedPlan } from '../plan/stored-plan.js';
import { isSameChoice } from '../policy/known.js';
import { type Chosen, choiceOfDrafts, isSmall, type Spending, type WrittenPlan } from './spending.js';
import { withWritten } from './with-written.js';

/** A choice, and what was written of it. */
interface WrittenChoice extends Chosen, WrittenSize, Pick<WrittenPlan, 'averageBits'> {
  /** Whether it is as small as is asked for. */
  readonly isSmall: boolean;
}

/** The smallest choice, and what was written of it. */
export interface SmallestChoice extends WrittenChoice {
  /** All that was written to find it, the smallest last. */
  readonly written: readonly WrittenSize[];
}

/**
 * Writes the smallest choice, by which it is known what the model takes beside its weights, and what is attainable. Effects are not
 * needed for it: that a budget is too small is told before anything is run.
 *
 * @param measured What candidates cost.
 * @throws LowbitError `budget-infeasible`.
 */
export async function smallestOf<M>(spending: Spending<M>, measured: Measurements): Promise<SmallestChoice> {
  const known = knowing(spending, measured);
  const plain = await writtenAs(spending, measured, draftPrepared(known, { smallest: true }));
  const few = await ofFewKinds(spending, measured, plain);
  const least = few !== undefined && isLess(few, plain) ? few : plain;
  const others = [plain, ...(few === undefined ? [] : [few])].filter((one) => one !== least);
  const smallest = { ...least, written: [...others, least].map(sizeOf) };
  if (least.isSmall) return smallest;
  const { bytes, averageBits, drafts, resolved } = least;
  try {
    // The policy says what stands against less.
    draftPrepared(knowing(spending, smallest.written.reduce(withWritten, measured)));
  } catch (error) {
    if (!isLowbitError(error) || error.code !== 'budget-infeasible') throw error;
    const { terms } = spending;
    const isOfBytes = bytes > (terms.bytes ?? Infinity);
    const wanted = isOfBytes ? 'bytes' : 'averageBits';
    const now = isOfBytes ? bytes : averageBits;
    throw await naming(error, waysToSave(spending, resolved), async (change) => {
      const recipe = { ...known.recipe, ...change };
      const other = planPrepared(spending.port, { ...known, recipe }, drafts);
      const written = await spending.writeOne(other.resolved, undefined);
      // A form without parameters of its own gains nothing by narrower ones.
      const isVain =
        change.parameterStorage !== undefined &&
        (written.weightBytes ?? 0) >= (least.weightBytes ?? Infinity);
      return written[wanted] < now && !isVain ? inUnits(written[wanted], isOfBytes) : undefined;
    });
  }
  return smallest;
}

/** A choice that was written, with what was drafted of it. */
interface WrittenDrafts extends WrittenChoice {
  readonly drafts: readonly BitAssignment[];
}

async function writtenAs<M>(
  spending: Spending<M>,
  measured: Measurements,
  drafts: readonly BitAssignment[],
): Promise<WrittenDrafts> {
  const { resolved } = planPrepared(spending.port, knowing(spending, measured), drafts);
  const { bytes, weightBytes, averageBits } = await spending.writeOne(resolved, undefined);
  return {
    choice: choiceOfDrafts(measured, drafts),
    drafts,
    resolved,
    bytes,
    averageBits,
    ...defined({ weightBytes }),
    isSmall: isSmall({ bytes, averageBits }, spending.terms),
  };
}

/**
 * The smallest choice where what a stored plan says of a kind of assignment counts too, written; `undefined` where that is the same, or bytes of
 * files are not limited.
 */
async function ofFewKinds<M>(
  spending: Spending<M>,
  measured: Measurements,
  { choice, resolved }: WrittenDrafts,
): Promise<WrittenDrafts | undefined> {
  if (spending.terms.bytes === undefined) return undefined;
  const kinds = storedPlan(resolved.plan).kinds.map((kind) => JSON.stringify(kind).length + 1);
  if (kinds.length < 2) return undefined;
  const ask = { smallest: true, kindBytes: Math.max(...kinds) };
  const drafts = draftPrepared(knowing(spending, measured), ask);
  if (isSameChoice(choiceOfDrafts(measured, drafts), choice)) return undefined;
  return writtenAs(spending, measured, drafts);
}

const isLess = (one: WrittenChoice, other: WrittenChoice): boolean =>
  one.isSmall === other.isSmall ? one.bytes < other.bytes : one.isSmall;

const sizeOf = ({ choice, bytes, weightBytes }: WrittenSize): WrittenSize => ({
  choice,
  bytes,
  ...defined({ weightBytes }),
});

/** What makes a model smaller that no policy decides. */
interface Saving {
  readonly change: Pick<Recipe, 'correctBiases' | 'parameterStorage'>;
  readonly words: string;
}

function waysToSave<M>({ port }: Spending<M>, { entries }: ResolvedPlan): readonly Saving[] {
  const areCorrected = entries.some(({ corrects }) => corrects === true);
  const isWide = entries.some(({ entry }) => entry.parameterStorage === 'float32');
  return [
    ...(areCorrected
      ? [{ change: { correctBiases: false }, words: 'leave biases as they are (correctBiases: false)' }]
      : []),
    ...(isWide && port.supports.parameterStorage.includes('float16')
      ? [
          {
            change: { parameterStorage: 'float16' as const },
            words: "hold parameters of weights in 16 bits (parameterStorage: 'float16')",
          },
        ]
      : []),
  ];
}

const inUnits = (size: number, isOfBytes: boolean): string =>
  isOfBytes ? `${size} bytes` : `${(Math.ceil(100 * size) / 100).toFixed(2)} stored bits a value`;

/**
 * The error of a budget that is too small, with what the model takes at least in other ways.
 *
 * @param sizeWith What it takes with a change; `undefined` where that is no less.
 */
async function naming(
  error: LowbitError,
  savings: readonly Saving[],
  sizeWith: (change: Saving['change']) => Promise<string | undefined>,
): Promise<LowbitError> {
  const [problem, ...others] = error.problems;
  const told = [problem!.remedy];
  for (const { change, words } of savings) {
    const size = await sizeWith(change).catch(notPossible);
    if (size !== undefined) told.push(`Or ${words}: then it takes ${size} at least.`);
  }
  const remedy = told.filter((word) => word !== undefined).join(' ');
  return new LowbitError([{ ...problem!, remedy }, ...others], { cause: error });
}

/** A change that the model cannot have is none to name. */
function notPossible(error: unknown): undefined {
  if (!isLowbitError(error) || error.code === 'aborted') throw error;
}

const knowing = <M>({ prepared }: Spending<M>, measurements: Measurements) => ({
  ...prepared,
  recipe: { ...prepared.recipe, measurements },
});
