import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import type { CalibrationInput } from '../input/options.js';
import type { Line } from './lines.js';
import { parseValue, type ParsedValue } from './parse-value.js';

/** What stands on a line: a value for every input, in their order, and perhaps labels. */
export interface ParsedLine {
  readonly where: string;
  readonly values: readonly ParsedValue[];
  readonly labels?: readonly number[];
}

/**
 * Parses a line: an object with a value for each input, and a `label` that is a whole number or, for several
 * samples, an array of them. When an input is itself called `label`, there are no labels.
 *
 * @throws LowbitError `calibration-invalid`, or `non-finite`.
 */
export function parseLine(line: Line, inputs: readonly CalibrationInput[]): ParsedLine {
  const object = parseObject(line);
  const values = inputs.map((input) => {
    if (!Object.hasOwn(object, input.name)) {
      throw invalid(line.where, {
        expected: `a value for the input ${input.name}`,
        received: `the keys ${Object.keys(object).slice(0, 20).join(', ')}`,
        remedy: `Name each value after its input: ${inputs.map(({ name }) => name).join(', ')}.`,
      });
    }
    return parseValue(object[input.name], input, `${line.where}: ${input.name}`);
  });
  const isInput = inputs.some(({ name }) => name === 'label');
  if (isInput || !Object.hasOwn(object, 'label')) return { where: line.where, values };
  return { where: line.where, values, labels: parseLabels(object['label'], line.where) };
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

function parseLabels(value: unknown, where: string): readonly number[] {
  const labels: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (labels.every((label): label is number => Number.isSafeInteger(label) && Number(label) >= 0)) {
    return labels;
  }
  throw invalid(where, {
    expected: 'a label that is a whole number',
    received: (JSON.stringify(value) as string).slice(0, 80),
    remedy: 'Give labels in words with a file of labels.',
  });
}
