import type { ActivationReport, FittedRange } from '@lowbit/core';
import { rollups } from 'd3-array';

import type { CalibrationReport } from '../figures/inputs-report.js';
import { formatRange, formatShare } from '../figures/numbers.js';
import { indented } from './lines.js';
import { textTable } from './table.js';

/** More rows than these hide the rest of the summary. */
const mostRows = 8;

/** The places where activations are quantized, those that clip most first, and why others stay float. */
export function activationText(activations: readonly ActivationReport[]): string {
  if (activations.length === 0) return '  none: what keeps layers in floats is told with the weights\n';
  const fitted = activations.flatMap((row) =>
    row.fitted === undefined ? [] : [{ ...row, fitted: row.fitted }],
  );
  const left = activations.filter(({ float }) => float === true);
  const measured = activations.length - fitted.length - left.length;
  const lines = measured === 0 ? [] : [`${measured} × measured on every run`];
  return indented(lines) + (fitted.length === 0 ? '' : fittedTable(fitted)) + indented(leftLines(left));
}

function leftLines(left: readonly ActivationReport[]): readonly string[] {
  const reasons = rollups(
    left,
    (group) => group.length,
    ({ formReason = '' }) => formReason,
  );
  return reasons.map(([reason, count]) => `${count} × float: ${reason}`);
}

interface FittedRow extends ActivationReport {
  readonly fitted: FittedRange;
}

function fittedTable(rows: readonly FittedRow[]): string {
  const ordered = [...rows].sort((a, b) => (b.fitted.clipped ?? 0) - (a.fitted.clipped ?? 0));
  const table = textTable(
    [
      { label: 'value' },
      { label: 'bits', align: 'right' },
      { label: 'method' },
      { label: 'seen' },
      { label: 'levels' },
      { label: 'clipped', align: 'right' },
    ],
    ordered.slice(0, mostRows).map(cells),
  );
  const more = rows.length - mostRows;
  return more > 0 ? `${table}… and ${more} more; --report and --json list them all\n` : table;
}

function cells({ tensor, bits, quantizer, fitted }: FittedRow): readonly string[] {
  const { observed, grid, clipped } = fitted;
  return [
    tensor,
    String(bits),
    quantizer,
    observed === undefined ? '–' : formatRange(observed.min, observed.max),
    formatRange(grid.min, grid.max),
    clipped === undefined ? '–' : formatShare(clipped),
  ];
}

/** What the ranges are from. */
export function calibrationLines(calibration: CalibrationReport): string {
  const batches = `${calibration.batches} ${calibration.batches === 1 ? 'batch' : 'batches'}`;
  const lines =
    calibration.source === 'file'
      ? [`statistics of ${batches} from ${calibration.path}`]
      : [
          `observed on ${batches} from ${calibration.paths.join(', ')}`,
          ...calibration.preparation,
          ...calibration.notes,
          ...(calibration.saved === undefined ? [] : [`statistics saved in ${calibration.saved}`]),
        ];
  return indented(lines);
}
