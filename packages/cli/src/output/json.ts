import type { Output } from '../io.js';
import { inOptions } from './option-words.js';

/** The text of a JSON document, as commands print and write it. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Writes the one JSON document of a command with `--json`. */
export function writeJson(output: Output, document: unknown): void {
  output.write(`${JSON.stringify(document, inWords, 2)}\n`);
}

const inWords = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? inOptions(value) : value;

/** Whether `--json` is asked for, read from the raw arguments because errors of parsing must be JSON too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}
