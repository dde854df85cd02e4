import type { Output } from '../io.js';

/** Writes the one JSON document of a command with `--json`. */
export function writeJson(output: Output, document: unknown): void {
  output.write(`${JSON.stringify(document, null, 2)}\n`);
}
