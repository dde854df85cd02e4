import { defined } from '@lowbit/core/adapter';
import { fileKind } from '../batches/data-source.js';
import type { DataFile } from '../bytes/data-file.js';
import { linesOf } from '../json-lines/lines.js';
import { limits } from '../limits.js';
import { invalid } from '../problems.js';
import { arrayLabels, archiveLabels } from './label-arrays.js';
import { type LabelLookup, oneEach } from '../batches/label-lookup.js';

const headings = ['label', 'labels', 'class', 'category'];

/**
 * The labels in a file: one a line, in the order of the samples, or `name,label` on every line for pictures, with the
 * last comma as the border. They are whole numbers, numbers with decimals, or words, which are numbered in sorted order (UTF-16 code
 * units). In a file of numpy they have any shape, in an archive by the outputs that its arrays are called after.
 *
 * @throws LowbitError `calibration-invalid`, `file-missing` or `file-unreadable`.
 */
export async function labelsInFile(file: DataFile): Promise<LabelLookup> {
  const kind = fileKind(file.name);
  if (kind === 'npy') return arrayLabels(file);
  if (kind === 'npz') return archiveLabels(file);
  const { size, close } = await file.open();
  await close();
  if (size > limits.labelsFile) {
    throw invalid(file.where, { expected: `at most ${limits.labelsFile} bytes`, received: `${size}` });
  }
  const lines: string[] = [];
  for await (const { text } of linesOf(file)) lines.push(text);
  if (lines.length === 0) throw invalid(file.where, { expected: 'labels', received: 'an empty file' });
  const isNamed = lines.every((line) => line.includes(','));
  return isNamed ? namedLabels(lines, file.where) : listedLabels(lines, file.where);
}

function listedLabels(lines: readonly string[], where: string): LabelLookup {
  const { numbers, classes } = numbered(lines);
  const mismatch = (samples: string) =>
    invalid(where, {
      expected: `as many labels as samples, ${samples}`,
      received: `${lines.length}`,
      remedy: 'Give one label a line, in the order of the samples.',
    });
  return {
    take: oneEach((index) => {
      const label = numbers[index];
      if (label === undefined) throw mismatch(`at least ${index + 1}`);
      return label;
    }),
    checkCount(samples) {
      if (samples !== lines.length) throw mismatch(`${samples}`);
    },
    ...defined({ classes }),
  };
}

/**
 * Labels from `name,label` lines. A name is a picture's path below its folder, or its file name alone.
 *
 * @throws LowbitError `calibration-invalid` for a name that comes twice.
 */
function namedLabels(lines: readonly string[], where: string): LabelLookup {
  const rows = lines.map(split);
  if (headings.includes(rows[0]?.label.toLowerCase() ?? '')) rows.shift();
  const { numbers, classes } = numbered(rows.map(({ label }) => label));
  const found = new Map<string, number>();
  for (const [i, { name }] of rows.entries()) {
    if (found.has(name)) throw invalid(where, { expected: 'each name once', received: `${name} twice` });
    found.set(name, numbers[i] as number);
  }
  return {
    take: oneEach((index, name) => {
      const label = found.get(name ?? '') ?? found.get(name?.split('/').at(-1) ?? '');
      if (label !== undefined) return label;
      throw invalid(where, {
        expected: name === undefined ? 'one label a line' : `a label for ${name}`,
        received: name === undefined ? `names, but sample ${index} has none` : 'none',
        remedy: 'Give labels with names to pictures only, and one to each.',
      });
    }),
    checkCount() {
      // More names than pictures do no harm; a picture without a label is found when it is looked up.
    },
    ...defined({ classes }),
  };
}

function split(line: string): { readonly name: string; readonly label: string } {
  const comma = line.lastIndexOf(',');
  const name = unquoted(line.slice(0, comma)).replace(/^\.\//, '');
  return { name, label: unquoted(line.slice(comma + 1)) };
}

function unquoted(field: string): string {
  return field.trim().replace(/^"(.*)"$/, '$1');
}

/** What texts as labels mean: their places in sorted order, or the numbers that they are. */
function numbered(texts: readonly string[]): {
  readonly numbers: readonly number[];
  readonly classes?: readonly string[];
} {
  const isDecimal = (text: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const areValues = texts.every(isDecimal) && texts.some((text) => /[.e]/i.test(text));
  if (areValues || texts.every((text) => /^\d{1,15}$/.test(text))) return { numbers: texts.map(Number) };
  const classes = [...new Set(texts)].sort();
  const places = new Map(classes.map((name, i) => [name, i]));
  return { numbers: texts.map((text) => places.get(text) as number), classes };
}
