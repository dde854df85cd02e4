import { isLowbitError, LowbitError } from '@lowbit/core';
import type { SentError } from './messages.js';

export function sentError(error: unknown): SentError {
  if (isLowbitError(error)) return { problems: error.problems };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function receivedError(sent: SentError): Error {
  if (!('problems' in sent)) return new Error(sent.message);
  const [first, ...rest] = sent.problems;
  return first === undefined ? new Error('an error without a problem') : new LowbitError([first, ...rest]);
}
