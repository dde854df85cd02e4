import { defined } from '@lowbit/core/adapter';
import { nextLine } from '@lowbit/report/text';

import type { Io, Output } from '../io.js';
import { colorsFor, type Colors } from './colors.js';
import { jsonText, writeJson } from './json.js';
import { inOptions } from './option-words.js';

/** What a command gives. */
export interface Told {
  readonly document: object;
  /** The same for people; the last line is told after it. */
  readonly text: (colors: Colors) => string;
  /** What to do next: a command or a line of code. Absent where nothing was made, and where document and text tell it. */
  readonly next?: string | undefined;
}

/** Tells what a command gives, and what to do next: in the one JSON document, or as text whose last line it is. */
export function tell(
  output: Output,
  { json, quiet }: { readonly json?: true; readonly quiet?: true },
  { document, text, next }: Told,
): void {
  const colors = colorsFor(output);
  const last = next === undefined ? '' : nextLine(next, colors);
  if (json) writeJson(output, { ...document, ...defined({ next }) });
  else if (!quiet) output.write(inOptions(text(colors)) + last);
}

/** The same of a command whose document is a file: without a path for that, it is printed as it would be written, and what comes next told beside it. */
export function tellFile(
  { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
  options: { readonly output?: string; readonly json?: true; readonly quiet?: true },
  told: Told,
): void {
  if (options.output !== undefined || options.json || options.quiet) return tell(stdout, options, told);
  stdout.write(jsonText(told.document));
  stderr.write(nextLine(told.next ?? '', colorsFor(stderr)));
}
