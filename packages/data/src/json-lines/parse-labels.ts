import type { Batch } from '@lowbit/core';
import { worded } from '../input/placement.js';
import { invalid } from '../problems.js';
import { arrayValue } from './parse-value.js';

/** Labels of the samples on one line, of one output. */
interface SampleLabels {
  readonly samples: number;
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/** The labels on one line, by output; those without a name by an empty one. */
export type ParsedLabels = ReadonlyMap<string, SampleLabels>;

/** The samples that a line gives, and whether its values have an axis that counts them. */
export interface LineSamples {
  readonly count: number;
  readonly areStacked: boolean;
}

/**
 * Reads the `label` of a line: a number, nested arrays or `{ shape, data }`, or one of these by output; where the samples are stacked,
 * the first axis counts them.
 *
 * @throws LowbitError `calibration-invalid`.
 */
export function parseLabels(value: unknown, samples: LineSamples, where: string): ParsedLabels {
  const isNamed = typeof value === 'object' && value !== null && !Array.isArray(value) && !('data' in value);
  if (!isNamed) return new Map([['', sampleLabels(value, samples, `${where}: label`)]]);
  const entries = Object.entries(value).map(
    ([name, own]) => [name, sampleLabels(own, samples, `${where}: label of ${name}`)] as const,
  );
  return new Map(entries);
}

function sampleLabels(value: unknown, { count, areStacked }: LineSamples, where: string): SampleLabels {
  const { shape, numbers } = arrayValue(wordless(value, where), where);
  const isStacked = areStacked ? shape.length > 0 : shape.join() === '1';
  const samples = isStacked ? (shape[0] as number) : 1;
  if (samples !== count)
    throw invalid(where, {
      expected: `labels of ${count} samples, along the first axis`,
      received: worded(shape),
    });
  return { samples, shape: isStacked ? shape.slice(1) : shape, numbers };
}

/** @throws LowbitError `calibration-invalid` for a class in words. */
function wordless(value: unknown, where: string): unknown {
  if (typeof value !== 'string') return value;
  throw invalid(where, {
    expected: 'numbers',
    received: JSON.stringify(value).slice(0, 80),
    remedy: 'Give labels in words with a file of labels.',
  });
}

/**
 * The labels of lines that make a batch.
 *
 * @throws LowbitError `calibration-invalid` where lines have labels of different shapes or outputs, or some have none.
 */
export function joinedLabels(
  lines: readonly { readonly where: string; readonly labels?: ParsedLabels }[],
): Batch['labels'] {
  const [first] = lines;
  if (first?.labels === undefined && lines.every(({ labels }) => labels === undefined)) return undefined;
  const wanted = kindOf(first?.labels);
  const other = lines.find(({ labels }) => kindOf(labels) !== wanted);
  if (other !== undefined)
    throw invalid(other.where, {
      expected: `${wanted}, as on the lines before`,
      received: kindOf(other.labels),
    });
  const names = [...(first?.labels as ParsedLabels).keys()];
  const joined = names.map(
    (name) => [name, joinedOutput(lines.map(({ labels }) => labels!.get(name)!))] as const,
  );
  return names[0] === '' ? joined[0]![1] : Object.fromEntries(joined);
}

function joinedOutput(parts: readonly SampleLabels[]) {
  const data = parts.flatMap(({ numbers }) => numbers);
  const samples = parts.reduce((sum, part) => sum + part.samples, 0);
  const shape = parts[0]?.shape ?? [];
  return shape.length === 0 ? data : { shape: [samples, ...shape], data };
}

function kindOf(labels: ParsedLabels | undefined): string {
  if (labels === undefined) return 'no label';
  const all = [...labels].map(([name, { shape }]) => `${name === '' ? '' : `${name} `}${worded(shape)}`);
  return `a label of each sample of the shape ${all.sort().join(', ')}`;
}
