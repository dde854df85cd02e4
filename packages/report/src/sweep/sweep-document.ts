import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';

/** Settings of a whole model, and what came of them. */
export interface SweepRow {
  /** Hash of what the result depends on. */
  readonly key: string;
  readonly weights: string;
  readonly bits: number;
  readonly granularity: string;
  readonly trial: {
    readonly bytes?: number;
    readonly bitsPerWeight?: number;
    /** What decibels are of. */
    readonly by?: 'outputs' | 'weights' | 'nothing';
    readonly sqnrDb?: number | null;
    readonly grade?: string;
    /** Parts of rows, 0 … 1. */
    readonly sameClass?: number;
    readonly rightClass?: number;
    readonly impossible?: { readonly code: string; readonly reason: string };
  };
}

/** What `lowbit sweep` gives: a model tried with each method, width and granularity of a grid. */
export interface SweepDocument {
  readonly format: 'lowbit-sweep';
  readonly version: 1;
  readonly input: string;
  /** Hash of the model, data, options and versions. */
  readonly work: string;
  readonly grid: {
    readonly weights: readonly string[];
    readonly bits: readonly number[];
    readonly granularity: readonly string[];
  };
  /** Settings in the grid. A share of the work has fewer rows. */
  readonly total: number;
  /** In the order of the grid. */
  readonly rows: readonly SweepRow[];
}

/** @throws LowbitError `invalid-argument` for anything else. */
export function checkSweep(value: unknown, where: string): asserts value is SweepDocument {
  const { format, version, grid, rows } = Object(value) as Record<string, unknown>;
  const { weights, bits, granularity } = Object(grid) as Record<string, unknown>;
  const isRow = (row: unknown) =>
    typeof Object(row).key === 'string' && typeof Object(row).trial === 'object';
  const fits =
    format === 'lowbit-sweep' &&
    version === 1 &&
    [weights, bits, granularity, rows].every(Array.isArray) &&
    (rows as unknown[]).every(isRow);
  checkArgument(fits, value, { where, expected: 'what lowbit sweep gave, as JSON' });
}

/**
 * Puts shares of one sweep together: what comes out is what one machine gives, byte for byte.
 *
 * @throws LowbitError `invalid-argument` for shares of different work.
 */
export function mergeSweeps(parts: readonly SweepDocument[]): SweepDocument {
  checkArgument(Array.isArray(parts) && parts.length > 0, parts, {
    where: 'mergeSweeps',
    expected: 'a list of sweeps, one at least',
  });
  parts.forEach((part, i) => checkSweep(part, `mergeSweeps: parts[${i}]`));
  const [first] = parts;
  const sameWork = ({ work, grid }: SweepDocument) => JSON.stringify([work, grid]);
  const other = parts.findIndex((part) => sameWork(part) !== sameWork(first));
  if (other >= 0) throw otherWork(other, parts[other].work === first.work);
  const rows = new Map(parts.flatMap((part) => part.rows.map((row) => [settingsOf(row), row] as const)));
  const { weights, bits, granularity } = first.grid;
  const order = weights.flatMap((method) =>
    bits.flatMap((width) =>
      granularity.map((scope) => settingsOf({ weights: method, bits: width, granularity: scope })),
    ),
  );
  return { ...first, rows: [...new Set(order)].flatMap((settings) => rows.get(settings) ?? []) };
}

function settingsOf({
  weights,
  bits,
  granularity,
}: Pick<SweepRow, 'weights' | 'bits' | 'granularity'>): string {
  return JSON.stringify([weights, bits, granularity]);
}

function otherWork(index: number, sameModel: boolean): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `mergeSweeps: parts[${index}]`,
    expected: 'a share of the same work as the first',
    received: sameModel
      ? 'another grid of settings'
      : 'one of another model, other data, options or versions',
    remedy: 'Give every share the same command, but for --shard.',
  });
}
