import { seededRandom } from '@lowbit/core';
import {
  type InputsOfWeights,
  mostInputRows,
  numberedBatches,
  type ObservedInputs,
  type ObserveInputsOptions,
  type RowGatherer,
  rowGatherer,
  seedFrom,
  sizeOf,
} from '@lowbit/core/adapter';
import type { WeightSite } from '../../describe/weight-site.js';
import type { GraphProto } from '../../schema/proto.js';
import { checkBatch, checkBatches } from '../check-batches.js';
import { floatsOf } from '../floats-of.js';
import type { OrtTensor } from '../ort.js';
import { type VisitingRun, visitValues } from '../visit-values.js';
import { hiddenGraphs, openBranches, type ValueInGraph } from './branch-values.js';
import { type RowCutter, rowCutter, type RunValue } from './cut-rows.js';
import { type InputUse, inputUses } from './input-uses.js';

/**
 * Runs the model on every batch and gathers moments of what weights are multiplied with, of 65,536 rows a weight at most, drawn
 * evenly. Batches are gone through once more before, to count their samples. What is in branches of If is handed out; where one is not
 * taken, its weights have seen nothing.
 *
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model or when there are none, `non-finite`,
 *   `runtime-failed`, `aborted`.
 */
export async function observeInputs(
  { model, ort, batches }: Omit<VisitingRun, 'options'>,
  sites: readonly WeightSite[],
  options: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  checkBatches(batches);
  const hidden = hiddenGraphs(model.proto.graph as GraphProto);
  const gathered = new Map<string, RowGatherer | string>();
  const values = sites.flatMap((site) => {
    const uses = inputUses(site, hidden);
    const gatherer = typeof uses === 'string' ? uses : gathererOf(site, uses, options);
    gathered.set(site.id, gatherer);
    if (typeof uses === 'string' || typeof gatherer === 'string') return [];
    return uses.flatMap((use, user) => valuesOf(use, { user, gatherer, type: site.source.tensor.dataType }));
  });
  if (values.length > 0) {
    const opened = openBranches(model, values);
    const visits = values.map((value, i) => ({ ...value, tensor: opened.names[i] as string }));
    const numbered = await numberedBatches(batches, checkBatch);
    const run = { model: opened.model, ort, batches: numbered.batches, options };
    await visitValues(run, visits, ({ tensor, take, gatherer, user }, output) => {
      const rows = take(runValue(output, tensor));
      if (rows !== undefined) gatherer.add(rows, numbered.now(), user);
    });
  }
  return sorted(gathered);
}

/** A value that is looked at, for one user of a weight. */
interface LookedAt extends ValueInGraph {
  readonly user: number;
  readonly gatherer: RowGatherer;
  /** The rows; none yet where another value tells more of them. */
  readonly take: (value: RunValue) => ReturnType<RowCutter> | undefined;
}

function valuesOf(
  { rows, graph }: InputUse,
  given: Pick<LookedAt, 'user' | 'gatherer' | 'type'>,
): readonly LookedAt[] {
  const cut = rowCutter(rows);
  const own = { ...given, graph, value: rows.value };
  if (rows.kind !== 'steps' || rows.start === undefined) return [{ ...own, take: (value) => cut(value) }];
  // What the first step begins with is looked at before the steps.
  let start: RunValue | undefined;
  const keep = ({ values, dims }: RunValue) => {
    start = { values: Array.from(values), dims };
    return undefined;
  };
  return [
    { ...own, value: rows.start, take: keep },
    { ...own, take: (value) => cut(value, start) },
  ];
}

const runValue = (output: OrtTensor, name: string): RunValue => ({
  values: floatsOf(output, name),
  dims: output.dims,
});

function gathererOf(
  { id, shape, outputAxes }: WeightSite,
  uses: readonly InputUse[],
  { seed = 0 }: ObserveInputsOptions,
): RowGatherer {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  const inputs = sizeOf(shape) / channels;
  const random = seededRandom(seedFrom(seed, id));
  return rowGatherer({ inputs, most: mostInputRows / uses.length, random });
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
