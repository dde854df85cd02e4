import { formatDecibels } from '@lowbit/report';
import { printable } from '@lowbit/report/text';
import { least } from 'd3-array';

import { expandedLine } from '../tfjs/expanded-weights.js';
import type { KindDocument } from './quantize-document.js';

/** How a TensorFlow.js model was stored before and is now, where that is more than packed codes of floats. */
export function savedLines({ saved, expanded = [] }: KindDocument): readonly string[] {
  if (saved === undefined) return [];
  const lossy = saved.weights.filter(({ sqnrDb }) => sqnrDb !== null);
  const worst = least(lossy, ({ sqnrDb }) => sqnrDb ?? Infinity);
  const price =
    worst === undefined
      ? []
      : [
          `saving as ${worst.form} adds an error of its own to ${lossy.length} weights, at worst ` +
            `${formatDecibels(worst.sqnrDb)} signal to noise, ${worst.name}`,
        ];
  return [...expanded.map(expandedLine), ...price].map((line) => `  ${printable(line)}\n`);
}
