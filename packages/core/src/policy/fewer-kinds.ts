import { defined } from '../contract/defined.js';
import { type BudgetProblem, bytesOfChoice, isOf } from './budget-problem.js';
import type { Chosen } from './limits.js';
import { smallestChoice, type SizeLimits } from './smallest-choice.js';

/**
 * The smallest choice where each kind of assignment takes bytes of its own, as in files whose plan says each kind once: a weight may have
 * what takes it a few bytes more and others have too.
 *
 * From the smallest by weights alone, and from each candidate wherever it is offered, kinds are let go one by one as long as that saves bytes.
 *
 * @param kindBytes Of one kind.
 */
export function smallestOfFewKinds(
  problem: BudgetProblem,
  limits: SizeLimits,
  kindBytes: number,
): Chosen | undefined {
  const start = smallestChoice(problem, limits);
  if (start === undefined || kindBytes <= 0) return start;
  const sized = (chosen: Chosen): Sized => {
    const kinds = kindsOf(problem, chosen);
    return { chosen, kinds, bytes: bytesOfChoice(problem.items, chosen.choice) + kindBytes * kinds.length };
  };
  const among = (keys: readonly string[]): readonly Sized[] => {
    const found = smallestChoice(narrowed(problem, keys), limits);
    return found === undefined ? [] : [sized(found)];
  };
  const keys = new Set(problem.items.flatMap(({ options }) => options.map(({ key }) => key)));
  let best = [sized(start), ...[...keys].flatMap((key) => among([key]))].reduce(smaller);
  for (;;) {
    const fewer = best.kinds.flatMap((gone) => among(best.kinds.filter((key) => key !== gone)));
    const next = fewer.reduce(smaller, best);
    if (next === best) return best.chosen;
    best = next;
  }
}

/** A choice with what it takes. */
interface Sized {
  readonly chosen: Chosen;
  /** Keys of candidates that the budget gives. */
  readonly kinds: readonly string[];
  readonly bytes: number;
}

const smaller = (one: Sized, other: Sized): Sized => (other.bytes < one.bytes ? other : one);

/** What was decided before has other words, so that it shares no kind with what a budget gives. */
const kindsOf = ({ items }: BudgetProblem, { choice }: Chosen): readonly string[] => [
  ...new Set(items.flatMap(({ ids, isDecided }) => (isDecided === true ? [] : [choice[ids[0]]]))),
];

/** The problem with these candidates alone, wherever one of them is offered. */
function narrowed(problem: BudgetProblem, keys: readonly string[]): BudgetProblem {
  const items = problem.items.map((item) => {
    const options = item.options.flatMap((option) => {
      const own = keys.filter((one) => isOf(option, one));
      return own.length === 0 ? [] : [{ ...option, key: own[0], ...defined({ alike: option.alike && own }) }];
    });
    return options.length === 0 || item.isDecided === true ? item : { ...item, options };
  });
  return { ...problem, items };
}
