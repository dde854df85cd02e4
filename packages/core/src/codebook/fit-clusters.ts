import { checkHas, checkNumbers } from '../errors/check-kinds.js';
import { checkArgument } from '../errors/check-argument.js';
import { checkOptionNames } from '../errors/check-option-names.js';
import { toFloat32 } from '../numeric/float32.js';
import type { FitContext, RefitContext } from '../contract/quantizer.js';
import { codebookValues } from '../scheme/codebook-values.js';
import type { SliceParameters } from '../scheme/types.js';
import { cellEnds } from './cells.js';
import { lloyd } from './lloyd.js';
import { optimalCodebook } from './optimal-codebook.js';
import { codebookPoints, sortedPoints } from './points.js';
import { checkPoints, type WeightedPoints } from './weighted-points.js';

/** What clustering found. */
export interface Clusters {
  readonly points: WeightedPoints;
  /** The centroids, in no particular order; some may have no values. */
  readonly levels: ArrayLike<number>;
  /** Those that frozen values need. */
  readonly kept: readonly number[];
}

/**
 * Clusters the values of one slice.
 *
 * @param startOf Gives the centroids to start from.
 */
export function fitClusters(
  values: Float32Array,
  context: FitContext,
  options: ClusterOptions,
  startOf: (points: WeightedPoints) => ArrayLike<number>,
): Clusters {
  const where = 'fitClusters(values, context, options, startOf)';
  checkGiven(values, context, [], options, where);
  checkArgument(typeof startOf === 'function', startOf, {
    where,
    expected: 'a function that gives centroids',
  });
  const { importance } = context;
  const points = pointsOf(values, importance, options);
  const start = startOf(points);
  checkNumbers(start, `${where}: startOf`);
  return { points, levels: clusterLevels(points, start, options), kept: [] };
}

/** Clusters again from the last centroids; those of frozen values stay. */
export function refitClusters(
  values: Float32Array,
  context: RefitContext,
  options: ClusterOptions,
): Clusters {
  checkGiven(values, context, ['frozen', 'previous'], options, 'refitClusters(values, context, options)');
  const { importance, frozen, previous } = context;
  const points = pointsOf(values, importance, options);
  const kept = frozenLevels(values, frozen);
  return { points, levels: clusterLevels(points, distinctLevels(previous), { ...options, kept }), kept };
}

function checkGiven(
  values: unknown,
  context: unknown,
  members: readonly string[],
  options: ClusterOptions,
  where: string,
): void {
  checkNumbers(values, where);
  checkHas(context, members, where, 'the context that fit or refit gets');
  checkOptionNames(options, clusterOptions, where);
}

/** Steps need the values themselves; the optimum may be computed on a histogram of many. */
function pointsOf(
  values: Float32Array,
  importance: Float32Array | undefined,
  { exact }: ClusterOptions,
): WeightedPoints {
  return (exact ? codebookPoints : sortedPoints)(values, importance);
}

export interface ClusterOptions {
  /** Levels that frozen values need: they stay where they are and are part of the result. Default none. */
  readonly kept?: readonly number[];
  /** Levels of the start that stay where they are. Default none. */
  readonly pinned?: readonly number[];
  /** Lloyd steps, exactly so many; default: until converged, at most 300. */
  readonly iterations?: number;
  /** Instead of steps from the start, the best levels that there are. Default false. */
  readonly exact?: boolean;
}

const clusterOptions = ['kept', 'pinned', 'iterations', 'exact'] satisfies (keyof ClusterOptions)[];

/**
 * As many levels as the start has, clustered around the points: by Lloyd steps from the start, or the optimum. When there
 * are no more points than levels, the levels are the points.
 */
export function clusterLevels(
  points: WeightedPoints,
  start: ArrayLike<number>,
  { kept = [], pinned = [], iterations, exact = false }: ClusterOptions = {},
): ArrayLike<number> {
  const levels = [...new Set([...kept, ...Array.from(start)])];
  if (points.hidden === 0 && points.values.length <= levels.length) {
    const each = new Set([...kept, ...points.values]);
    if (each.size <= levels.length) return [...each];
  }
  const stays = new Set([...kept, ...pinned.filter((level) => levels.includes(level))]);
  if (exact) return optimalCodebook(points, levels.length, { fixed: [...stays] }).levels;
  const settings = iterations === undefined ? {} : { iterations, tolerance: 0 };
  const mask = levels.map((level) => (stays.has(level) ? 1 : 0));
  return lloyd(points, levels, { pinned: mask, ...settings }).levels;
}

/** The distinct values that are frozen, ascending: what a refit must keep representable. */
export function frozenLevels(values: Float32Array, frozen: Uint8Array): readonly number[] {
  return [...new Set(values.filter((_, i) => frozen[i] === 1))].sort((a, b) => a - b);
}

/** The distinct levels of a codebook, ascending; none for parameters of another kind. */
export function distinctLevels(parameters: SliceParameters): readonly number[] {
  return parameters.kind === 'codebook' ? [...new Set(codebookValues(parameters))] : [];
}

/**
 * The codebook that is stored for the levels: as float32, ascending, each once, without those that are no
 * point's nearest, unless they are in `kept`. Without any points: the kept levels, or the one level 0.
 */
export function codebookOf(
  points: WeightedPoints,
  levels: ArrayLike<number>,
  kept: Iterable<number> = [],
): SliceParameters {
  const where = 'codebookOf(points, levels)';
  checkPoints(points, where);
  checkNumbers(levels, where);
  checkArgument(Symbol.iterator in Object(kept), kept, { where, expected: 'levels to keep' });
  const always = new Set(Array.from(kept, toFloat32));
  const stored = new Set([...always, ...Array.from(levels, toFloat32)]);
  const ascending = Float64Array.from(stored).sort();
  const ends = cellEnds(points, ascending);
  const used = ascending.filter(
    (level, i) => always.has(level) || (ends[i] as number) < (ends[i + 1] as number),
  );
  return { kind: 'codebook', values: used.length === 0 ? new Float32Array(1) : Float32Array.from(used) };
}
