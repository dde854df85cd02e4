import type { ProgressEvent, SessionOptions } from '@lowbit/core';
import type { Progress } from '../shared/messages.js';

/** How a task is cancelled, and how it tells where it is. */
export interface Session {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

const labels: Readonly<Record<ProgressEvent['phase'], string>> = {
  plan: 'Planning',
  features: 'Measuring',
  observe: 'Observing',
  measure: 'Measuring',
  quantize: 'Quantizing',
  write: 'Writing',
  compare: 'Comparing',
};

/** The session as lowbit takes it, its events worded for people. */
export function sessionOptions({ signal, onProgress }: Session): SessionOptions {
  return {
    signal,
    onProgress: ({ phase, done, total, id }) =>
      onProgress({ label: id === undefined ? labels[phase] : `${labels[phase]} ${id}`, done, total }),
  };
}
