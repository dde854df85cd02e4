import { LowbitError, type LayerDescriptor } from '@lowbit/core';
import { matchesGlob, suggestName } from '@lowbit/core/adapter';

/** What is quantized of all graphs, and what stays float32: globs, each of which fits something in one of the graphs at least. */
export interface GraphFilters {
  /** Names of layers or weights. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Operators of weights. */
  readonly includeOps?: readonly string[];
  readonly excludeOps?: readonly string[];
  /** Names or operators of nodes that stay float32 in dtypes of float16. */
  readonly keepFloat32?: readonly string[];
}

type Kind = keyof GraphFilters;

/** The names that globs may fit in a graph. */
export type GraphNames = Readonly<Record<Kind, ReadonlySet<string>>>;

/** The filters that say something of a graph. */
interface FittingFilters extends GraphFilters {
  /** Whether it has nothing of what alone is to be quantized. */
  readonly isLeftOut: boolean;
}

export function graphNames(
  layers: readonly LayerDescriptor[],
  nodes: readonly { readonly name: string; readonly opType: string }[],
): GraphNames {
  const weights = new Set(layers.flatMap(({ id, weights: own }) => [id, ...own.map((one) => one.id)]));
  const ops = new Set(layers.map(({ op }) => op));
  const all = new Set(nodes.flatMap(({ name, opType }) => [name, opType]));
  return { include: weights, exclude: weights, includeOps: ops, excludeOps: ops, keepFloat32: all };
}

export function fittingFilters(filters: GraphFilters, names: GraphNames): FittingFilters {
  const fitting = Object.fromEntries(
    entriesOf(filters)
      .map(([kind, globs]) => [kind, globs.filter((glob) => fits(glob, names[kind]))] as const)
      .filter(([, globs]) => globs.length > 0),
  ) as GraphFilters;
  const lacks = (kind: Kind) => (filters[kind]?.length ?? 0) > 0 && fitting[kind] === undefined;
  return { ...fitting, isLeftOut: lacks('include') || lacks('includeOps') };
}

/** @throws LowbitError `invalid-argument` for a glob that fits nothing in any graph. */
export function checkFilters(filters: GraphFilters, graphs: readonly GraphNames[]): void {
  for (const [kind, globs] of entriesOf(filters))
    for (const glob of globs) {
      if (graphs.some((names) => fits(glob, names[kind]))) continue;
      const known = [...new Set(graphs.flatMap((names) => [...names[kind]]))];
      throw new LowbitError({
        code: 'invalid-argument',
        where: kind,
        expected: 'names and globs that fit something in one of the graphs',
        received: glob,
        remedy: 'Inspect the graphs to see the names of their layers and weights.',
        ...suggestName(glob, known),
      });
    }
}

const entriesOf = (filters: GraphFilters) =>
  Object.entries(filters) as readonly (readonly [Kind, readonly string[]])[];

const fits = (glob: string, names: ReadonlySet<string>): boolean =>
  [...names].some((name) => matchesGlob(glob, name));
