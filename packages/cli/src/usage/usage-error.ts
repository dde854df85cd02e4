import { isLowbitError, LowbitError, type Problem } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';

/** The command line itself is wrong: exit status 2 instead of 1. */
export class UsageError extends LowbitError {}

/** Wrong usage of one argument or option; `where` is its name, for instance `--bits`. */
export function usageError(problem: Omit<Problem, 'code'>): UsageError {
  return new UsageError({ code: 'invalid-argument', ...problem });
}

/** The same error in other words: each text of its problems is replaced. */
export function reworded(error: LowbitError, change: (text: string) => string): LowbitError {
  const [first, ...rest] = error.problems.map((problem): Problem => ({
    ...problem,
    where: change(problem.where),
    ...defined({
      expected: problem.expected && change(problem.expected),
      received: problem.received && change(problem.received),
      remedy: problem.remedy && change(problem.remedy),
    }),
  }));
  const Kind = error instanceof UsageError ? UsageError : LowbitError;
  return new Kind([first as Problem, ...rest], { cause: error });
}

/** Throws an argument that does not fit as the wrong usage that it is, and anything else as it is. */
export function throwAsUsage(error: unknown): never {
  if (!isLowbitError(error) || error.code !== 'invalid-argument') throw error;
  const [first, ...rest] = error.problems.map((problem) => ({ ...problem, where: asOption(problem.where) }));
  throw new UsageError([first as Problem, ...rest], { cause: error });
}

/** The options that give what an argument of our packages is called after. */
const optionOf: Readonly<Record<string, string>> = {
  include: '--include',
  exclude: '--exclude',
  includeOps: '--include-op',
  excludeOps: '--exclude-op',
  sizes: '--dim',
};

function asOption(where: string): string {
  return optionOf[where] ?? where;
}
