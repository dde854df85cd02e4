import { seededRandom } from '@lowbit/core';
import {
  type InputsOfWeights,
  mostInputRows,
  type ObservedInputs,
  type ObserveInputsOptions,
  type RowGatherer,
  rowGatherer,
  type SamplesOfBatch,
  seedFrom,
  sizeOf,
} from '@lowbit/core/adapter';
import type { WeightSite } from '../../describe/weight-site.js';
import type { OnnxModel } from '../../model/model.js';
import type { GraphProto } from '../../schema/proto.js';
import { floatsOf } from '../floats-of.js';
import type { OrtTensor } from '../ort.js';
import { hiddenGraphs, type ValueInGraph } from './branch-values.js';
import { rowCutter, type RunValue } from './cut-rows.js';
import { type InputUse, inputUses } from './input-uses.js';
import { otherReaders } from './other-readers.js';

/** A value that is looked at, for one user of a weight. */
export interface LookedAt extends ValueInGraph {
  look(value: RunValue, samples: SamplesOfBatch): void;
}

/** What has to be looked at to know the inputs of weights. */
export interface LooksAt {
  /** In the order in which each batch shows them. */
  readonly values: readonly LookedAt[];
  /** What was seen. */
  result(): InputsOfWeights;
}

/** @param roughly Whether as many rows are enough as tell means to a hundredth. */
export function looksAt(
  model: OnnxModel,
  sites: readonly WeightSite[],
  options: ObserveInputsOptions,
  roughly = false,
): LooksAt {
  const hidden = hiddenGraphs(model.proto.graph as GraphProto);
  const others = otherReaders();
  const gathered = new Map<string, RowGatherer | string>();
  const values = sites.flatMap((site) => {
    const uses = inputUses(site, hidden, others);
    const gatherer = typeof uses === 'string' ? uses : gathererOf(site, uses, options, roughly);
    gathered.set(site.id, gatherer);
    if (typeof uses === 'string' || typeof gatherer === 'string') return [];
    return uses.flatMap((use, user) => valuesOf(use, user, gatherer));
  });
  return { values, result: () => sorted(gathered) };
}

function valuesOf({ rows, graph, type }: InputUse, user: number, gatherer: RowGatherer): readonly LookedAt[] {
  const cut = rowCutter(rows);
  const at = { graph, type };
  // What the first step begins with is looked at before the steps.
  let start: RunValue | undefined;
  const own: LookedAt = {
    ...at,
    value: rows.value,
    look: (value, samples) => gatherer.add(cut(value, start), samples, user),
  };
  if (rows.kind !== 'steps' || rows.start === undefined) return [own];
  const look = ({ values, dims }: RunValue) => {
    start = { values: Array.from(values), dims };
  };
  return [{ ...at, value: rows.start, look }, own];
}

export const runValue = (output: OrtTensor, name: string): RunValue => ({
  values: floatsOf(output, name),
  dims: output.dims,
});

function gathererOf(
  { id, shape, outputAxes }: WeightSite,
  uses: readonly InputUse[],
  { seed = 0 }: ObserveInputsOptions,
  roughly: boolean,
): RowGatherer {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  const inputs = sizeOf(shape) / channels;
  const random = seededRandom(seedFrom(seed, id));
  return rowGatherer({ inputs, most: mostInputRows / uses.length, random, roughly });
}

function sorted(gathered: ReadonlyMap<string, RowGatherer | string>): InputsOfWeights {
  const inputs = new Map<string, ObservedInputs>();
  const unknown = new Map<string, string>();
  for (const [id, gatherer] of gathered) {
    const result = typeof gatherer === 'string' ? gatherer : gatherer.result();
    if (typeof result === 'string') unknown.set(id, result);
    else inputs.set(id, { groups: result });
  }
  return { inputs, unknown };
}
