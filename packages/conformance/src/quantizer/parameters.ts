import type { Quantizer } from '@lowbit/core';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { defectsOf, type DefectKind } from './defects.js';
import { fit, offeredWidths, type Width } from './fit.js';

const titles: readonly (readonly [DefectKind, string])[] = [
  ['form', 'returns parameters of a known form'],
  ['levels', 'has at most 2^bits levels'],
  ['number', 'has finite parameters that float32 holds, and no negative scale'],
  ['order', 'has codebook values and thresholds in ascending order'],
  ['thresholds', 'gives only codes that have a level'],
];

/** Laws on the parameters of ordinary values, at every width that is offered. */
export function parameterLaws(quantizer: Quantizer): readonly Law[] {
  return [
    {
      title: 'fits at every width that it offers',
      run() {
        for (const width of offeredWidths(quantizer)) {
          const error = fittingError(quantizer, width);
          must(error === undefined, () => `${describe(width)}: fit threw ${String(error)}`);
        }
      },
    },
    ...titles.map(([kind, title]) => ({ title, run: () => checkDefects(quantizer, kind) })),
  ];
}

function checkDefects(quantizer: Quantizer, kind: DefectKind): void {
  for (const width of offeredWidths(quantizer)) {
    if (fittingError(quantizer, width) !== undefined) continue;
    const defects = defectsOf(fit(quantizer, ordinaryValues(), width), width.bits);
    const found = defects.find((defect) => defect.kind === kind);
    must(found === undefined, () => `${describe(width)}: ${found?.message}`);
  }
}

function fittingError(quantizer: Quantizer, width: Width): unknown {
  try {
    fit(quantizer, ordinaryValues(), width);
    return undefined;
  } catch (error) {
    return error ?? 'nothing';
  }
}

/** A width as it stands in a message. */
export function describe({ role, bits }: Width): string {
  return `${role}, ${bits} bits`;
}
