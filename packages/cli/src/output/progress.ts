import type { ProgressEvent } from '@lowbit/core';
import { printable } from '@lowbit/report/text';

import type { Output } from '../io.js';

/** A step of the work of any command; `total` is 0 where nobody knows it. */
export interface ProgressStep extends Omit<ProgressEvent, 'phase'> {
  readonly phase: ProgressEvent['phase'] | 'read' | 'compare' | 'time';
}

export interface Progress {
  update(event: ProgressStep): void;
  /** Clears the line. */
  end(): void;
}

/** Takes the line back that stands on a terminal. */
export const clearLine = '\r\u001b[2K';
const interval = 50;
const verbs = {
  read: 'reading',
  plan: 'planning',
  features: 'measuring',
  observe: 'observing',
  measure: 'measuring effects',
  quantize: 'quantizing',
  write: 'writing',
  compare: 'comparing',
  time: 'timing',
} as const;

/** Work that is done sooner needs no word in a pipe: measuring, and whatever else. */
const soon = 2000;
const late = 30_000;
/** Between two lines in a pipe. */
const betweenLines = 10_000;

/** One line that is rewritten while work goes on, at most 20 times a second; in a pipe, such as the log of a CI, a plain line now and then. */
export function createProgress(output: Output, wanted: boolean): Progress {
  if (!wanted) return { update: () => {}, end: () => {} };
  return output.isTTY === true ? rewrittenLine(output) : plainLines(output);
}

/** Says that work has begun that takes a while, and then how far it is, at most every 10 seconds. */
function plainLines(output: Output): Progress {
  const start = performance.now();
  let told: number | undefined;
  return {
    update(event) {
      const now = performance.now();
      const first = start + (event.phase === 'measure' ? soon : late);
      if (now < (told === undefined ? first : told + betweenLines)) return;
      told = now;
      output.write(`${progressLine(event)}\n`);
    },
    end: () => {},
  };
}

function rewrittenLine(output: Output): Progress {
  let drawn = -Infinity;
  return {
    update(event) {
      const now = performance.now();
      if (now - drawn < interval) return;
      drawn = now;
      output.write(clearLine + progressLine(event).slice(0, (output.columns ?? 80) - 1));
    },
    end() {
      if (drawn > -Infinity) output.write(clearLine);
    },
  };
}

/** Shows shares of one step, 0 … 1. */
export function sharesOf(phase: ProgressStep['phase'], { update }: Progress): (share: number) => void {
  return (share) => update({ phase, done: Math.round(100 * share), total: 100 });
}

function progressLine({ phase, done, total, id, secondsLeft }: ProgressStep): string {
  const steps = total > 1 ? ` ${done}/${total}` : '';
  const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  return `${verbs[phase]}${steps}${left}${id === undefined ? '' : `  ${printable(id)}`}`;
}
