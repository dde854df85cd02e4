import { invalid } from '../invalid.js';
import { numbered, type LabelLookup } from './label-lookup.js';

const headings = ['label', 'labels', 'class', 'category'];

/**
 * Labels from `name,label` lines. A name is a picture's path below its folder, or its file name alone.
 *
 * @throws LowbitError `calibration-invalid` for a name that comes twice.
 */
export function namedLabels(lines: readonly string[], where: string): LabelLookup {
  const rows = lines.map(split);
  if (headings.includes(rows[0]?.label.toLowerCase() ?? '')) rows.shift();
  const { numbers, classes } = numbered(rows.map(({ label }) => label));
  const found = new Map<string, number>();
  for (const [i, { name }] of rows.entries()) {
    if (found.has(name)) throw invalid(where, { expected: 'each name once', received: `${name} twice` });
    found.set(name, numbers[i] as number);
  }
  return {
    labelOf(index, name) {
      const label = found.get(name ?? '') ?? found.get(name?.split('/').at(-1) ?? '');
      if (label !== undefined) return label;
      throw invalid(where, {
        expected: name === undefined ? 'one label a line' : `a label for ${name}`,
        received: name === undefined ? `names, but sample ${index} has none` : 'none',
        remedy: 'Give labels with names to pictures only, and one to each.',
      });
    },
    checkCount() {
      // More names than pictures do no harm; a picture without a label is found when it is looked up.
    },
    ...(classes === undefined ? {} : { classes }),
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
