import { defined } from '@lowbit/core/adapter';
import type { Numbers } from '../input/elements.js';
import { elementsOf } from '../input/elements.js';
import type { DataFile } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import { worded } from '../input/placement.js';
import type { InputValues } from './row-data.js';
import type { SampleBatch } from './sample-batch.js';
import { isFixed, type CalibrationInput, type ReadOptions } from '../input/options.js';
import { linesOf } from '../json-lines/lines.js';
import { joinedLabels } from '../json-lines/parse-labels.js';
import { leadingInput, parseLine, type ParsedLine } from '../json-lines/parse-line.js';

/**
 * Batches from JSON lines. Lines are put together until each input has the samples that its fixed first axis
 * or `batchSize` asks for; without either, a line is a batch.
 *
 * @throws LowbitError `calibration-invalid`, `non-finite`, or `aborted`.
 */
export async function* lineBatches(
  files: readonly DataFile[],
  options: ReadOptions,
): AsyncGenerator<SampleBatch> {
  let group: ParsedLine[] = [];
  let first = 0;
  const finish = () => {
    const batch = joined(group, options.inputs, first);
    group = [];
    first += batch.samples;
    return batch;
  };
  for (const file of files) {
    for await (const line of linesOf(file, options.signal)) {
      group.push(parseLine(line, options.inputs));
      if (isFull(group, options)) yield finish();
    }
  }
  const [rest] = group;
  if (rest === undefined) return;
  if (options.inputs.some(({ shape }) => isFixed(shape[0]))) {
    options.onNote?.(`${rest.where} and what follows do not fill a batch and were left out.`);
  } else yield finish();
}

function isFull(group: readonly ParsedLine[], options: ReadOptions): boolean {
  const states = options.inputs.map((input, i) =>
    Math.sign(unitsOf(group, i) - wanted(group, i, input, options)),
  );
  if (states.every((state) => state === 0)) return true;
  if (states.every((state) => state < 0)) return false;
  const line = group.at(-1) as ParsedLine;
  const [at] = states.flatMap((state, i) => (state >= 0 ? [i] : []));
  const input = options.inputs[at as number] as CalibrationInput;
  throw invalid(line.where, {
    expected: `${wanted(group, at as number, input, options)} samples of ${input.name} in the batch together with the other inputs`,
    received: options.inputs.map(({ name }, i) => `${unitsOf(group, i)} of ${name}`).join(', '),
    remedy: 'Give equally many samples of each input on a line.',
  });
}

function unitsOf(group: readonly ParsedLine[], at: number): number {
  return group.reduce((sum, { values }) => sum + (values[at]?.placement.count ?? 0), 0);
}

function wanted(
  group: readonly ParsedLine[],
  at: number,
  input: CalibrationInput,
  options: ReadOptions,
): number {
  const placement = group[0]?.values[at]?.placement;
  if (placement?.unit === 'whole') return 1;
  const axis = input.shape[0];
  return isFixed(axis) ? axis : Math.max(options.batchSize ?? 1, placement?.count ?? 1);
}

function joined(
  group: readonly ParsedLine[],
  inputs: readonly CalibrationInput[],
  first: number,
): SampleBatch {
  const values = inputs.map((input, i) => [input.name, joinedValues(group, i, input)] as const);
  const leading = Math.max(leadingInput(inputs), 0);
  const whole = group[0]?.values[leading]?.placement.unit === 'whole';
  const samples = whole ? 1 : unitsOf(group, leading);
  const labels = joinedLabels(group);
  return { inputs: Object.fromEntries(values), samples, first, ...defined({ labels }) };
}

function joinedValues(group: readonly ParsedLine[], at: number, input: CalibrationInput): InputValues {
  const [first, ...others] = group.map(({ values, where }) => ({ ...values[at]!, where }));
  const { unit, shape } = first!.placement;
  const parts: Numbers[] = [first!.data];
  for (const { placement, data, where } of others) {
    if (worded(placement.shape) !== worded(shape) || placement.unit !== unit) {
      throw invalid(where, {
        expected: `samples of the shape ${worded(shape)}, as in the same batch before`,
        received: worded(placement.shape),
        remedy: 'Read samples of different shapes in batches of one.',
      });
    }
    parts.push(data);
  }
  const data = concatenated(parts, input);
  return { shape: unit === 'row' ? [unitsOf(group, at), ...shape] : shape, data };
}

function concatenated(parts: readonly Numbers[], input: CalibrationInput): Numbers {
  if (parts.length === 1) return parts[0]!;
  const data = elementsOf(input).allocate(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}
