import type { ErrorCode } from './codes.js';
import { wordProblem } from './word.js';

/** One thing that is wrong, as data. `where` names the file, layer, node or option it was found in. */
export interface Problem {
  readonly code: ErrorCode;
  readonly where: string;
  readonly expected?: string;
  readonly received?: string;
  /** What the user can do about it, as a sentence. */
  readonly remedy?: string;
}

/**
 * The one error that lowbit throws. Planning gathers every problem before it throws; running stops at the
 * first. `code`, `where`, `expected`, `received` and `remedy` are those of the first problem.
 */
export class LowbitError extends Error implements Problem {
  override readonly name = 'LowbitError';
  readonly code: ErrorCode;
  readonly where: string;
  readonly expected?: string;
  readonly received?: string;
  readonly remedy?: string;
  readonly problems: readonly Problem[];

  constructor(problem: Problem | readonly [Problem, ...Problem[]], options?: { cause?: unknown }) {
    const problems: readonly Problem[] = 'code' in problem ? [problem] : problem;
    super(problems.map(wordProblem).join('\n'), options);
    const first = problems[0] as Problem;
    this.code = first.code;
    this.where = first.where;
    if (first.expected !== undefined) this.expected = first.expected;
    if (first.received !== undefined) this.received = first.received;
    if (first.remedy !== undefined) this.remedy = first.remedy;
    this.problems = problems;
  }
}

/** Whether a caught value is a {@link LowbitError}, also one made by another copy of this package. */
export function isLowbitError(value: unknown): value is LowbitError {
  return value instanceof Error && value.name === 'LowbitError' && 'code' in value && 'problems' in value;
}

/** Throws one error that holds all problems, if there are any. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first !== undefined) throw new LowbitError([first, ...rest]);
}
