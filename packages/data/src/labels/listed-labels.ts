import { invalid } from '../invalid.js';
import { numbered, type LabelLookup } from './label-lookup.js';

/** Labels in the order of the samples. */
export function listedLabels(lines: readonly string[], where: string): LabelLookup {
  const { numbers, classes } = numbered(lines);
  const mismatch = (samples: string) =>
    invalid(where, {
      expected: `as many labels as samples, ${samples}`,
      received: `${lines.length}`,
      remedy: 'Give one label a line, in the order of the samples.',
    });
  return {
    labelOf(index) {
      const label = numbers[index];
      if (label === undefined) throw mismatch(`at least ${index + 1}`);
      return label;
    },
    checkCount(samples) {
      if (samples !== lines.length) throw mismatch(`${samples}`);
    },
    ...(classes === undefined ? {} : { classes }),
  };
}
