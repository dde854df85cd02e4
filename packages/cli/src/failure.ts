import { type LowbitError, isLowbitError, wordProblem, type Problem } from '@lowbit/core';
import { asForeign } from '@lowbit/onnx';
import { CommanderError } from 'commander';
import { printable } from '@lowbit/report/text';

import type { Io } from './io.js';
import { colorsFor } from './output/colors.js';
import { writeJson } from './output/json.js';
import { inOptions } from './output/option-words.js';
import { UsageError } from './usage/usage-error.js';

/** Exit statuses besides 0. */
const status = { failed: 1, usage: 2, cancelled: 130 } as const;

/** More lines than these scroll the first one out of sight. */
const mostProblems = 20;

/** Tells the user why a command ended, and gives the exit status. Help and version are no failures: 0. */
export function reportFailure(failure: unknown, io: Io, json: boolean): number {
  const error = asForeign(failure);
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof SomeFailed) return status.failed;
  if (error instanceof UsageError) return tell(error, io, json, status.usage);
  if (!isLowbitError(error)) return tellUnexpected(error, io, json);
  return tell(error, io, json, error.code === 'aborted' ? status.cancelled : status.failed);
}

/** Work on several models is done, and some of it failed, which was told where it happened. */
export class SomeFailed extends Error {}

function tell(error: LowbitError, io: Io, json: boolean, exit: number): number {
  if (json) writeJson(io.stdout, { error: errorData(error) });
  else tellProblems(error.problems, io);
  return exit;
}

function tellProblems(problems: readonly Problem[], io: Io): void {
  for (const problem of problems.slice(0, mostProblems)) tellProblem(problem, io);
  const more = problems.length - mostProblems;
  if (more > 0) io.stderr.write(`… and ${more} more; --json lists them all.\n`);
}

function tellProblem({ remedy, ...problem }: Problem, io: Io): void {
  const colors = colorsFor(io.stderr);
  io.stderr.write(`${colors.red('error:')} ${printable(inOptions(wordProblem(problem)))}\n`);
  if (remedy !== undefined) io.stderr.write(`${colors.cyan('hint:')}  ${printable(inOptions(remedy))}\n`);
}

/** An error as JSON holds it. */
export function errorData(failure: unknown): object {
  const error = asForeign(failure);
  if (isLowbitError(error)) {
    const { code, message, where, expected, received, remedy, problems } = error;
    return { code, message, where, expected, received, remedy, problems };
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { code: 'unexpected', message, where: 'lowbit', stack, problems: [] };
}

/** A defect of lowbit itself: short, and with what is needed to report it. */
function tellUnexpected(error: unknown, io: Io, json: boolean): number {
  if (json) {
    writeJson(io.stdout, { error: errorData(error) });
    return status.failed;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const colors = colorsFor(io.stderr);
  io.stderr.write(`${colors.red('error:')} lowbit failed unexpectedly: ${printable(message)}\n`);
  io.stderr.write(
    `${colors.cyan('hint:')}  This is a defect of lowbit. Please report it with the output of --json.\n`,
  );
  if (process.env['DEBUG'] && stack !== undefined) io.stderr.write(`${stack}\n`);
  return status.failed;
}
