import { blobFile, type DataBlob } from '../bytes/blob-file.js';
import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import { keyFor } from '../input/input-named.js';
import type { CalibrationInput } from '../input/options.js';
import { type Line, linesOf } from './lines.js';
import { parseLabels, type ParsedLabels } from './parse-labels.js';
import { parseValue, type ParsedValue } from './parse-value.js';

/** What stands on a line: a value for every input, in their order, and perhaps labels. */
export interface ParsedLine {
  readonly where: string;
  readonly values: readonly ParsedValue[];
  readonly labels?: ParsedLabels;
}

/**
 * Parses a line: an object with a value for each input, and a `label` as {@link parseLabels} takes it. When an input is itself called `label`, there are no labels.
 *
 * @throws LowbitError `calibration-invalid`, or `non-finite`.
 */
export function parseLine(line: Line, inputs: readonly CalibrationInput[]): ParsedLine {
  const object = parseObject(line);
  const values = inputs.map((input) => {
    const key = Object.hasOwn(object, input.name) ? input.name : keyFor(input, Object.keys(object), inputs);
    if (key === undefined) {
      throw invalid(line.where, {
        expected: `a value for the input ${input.name}`,
        received: `the keys ${Object.keys(object).slice(0, 20).join(', ')}`,
        remedy: `Name each value after its input: ${inputs.map(({ name }) => name).join(', ')}.`,
      });
    }
    return parseValue(object[key], input, `${line.where}: ${input.name}`);
  });
  const isInput = inputs.some(({ name }) => name === 'label');
  if (isInput || !Object.hasOwn(object, 'label')) return { where: line.where, values };
  const leading = values[Math.max(leadingInput(inputs), 0)] as ParsedValue;
  const samples = {
    count: leading.placement.unit === 'whole' ? 1 : leading.placement.count,
    areStacked: leading.areStacked,
  };
  return { where: line.where, values, labels: parseLabels(object['label'], samples, line.where) };
}

function parseObject({ text, where }: Line): Readonly<Record<string, unknown>> {
  checkNesting(text, where);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid(where, { expected: 'one JSON object', received: (error as Error).message }, error);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Readonly<Record<string, unknown>>;
  }
  throw invalid(where, { expected: 'one JSON object', received: 'another value' });
}

/** Brackets in strings are counted too, which does no harm. */
function checkNesting(text: string, where: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > limits.nesting) {
      throw invalid(where, { expected: `at most ${limits.nesting} nested brackets`, received: 'more' });
    }
  }
}

/** The input whose samples are counted. */
export const leadingInput = (inputs: readonly CalibrationInput[]): number =>
  inputs.findIndex(({ shape }) => shape.length > 0);

/**
 * What the first of JSON lines names, which are inputs and perhaps a label; nothing of a file without lines.
 *
 * @throws LowbitError `invalid-argument` for what is no file; `calibration-invalid` for a line that is no JSON object.
 */
export async function lineKeys(blob: DataBlob): Promise<readonly string[]> {
  for await (const line of linesOf(blobFile(blob, 0))) return Object.keys(parseObject(line));
  return [];
}
