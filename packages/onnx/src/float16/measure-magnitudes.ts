import type { Batch } from '@lowbit/core';
import type { OnnxModel } from '../model/model.js';
import { hiddenGraphs, openBranches } from '../observe/inputs/branch-values.js';
import type { OrtRuntime } from '../observe/ort.js';
import { visitRanges } from '../observe/visit-ranges.js';
import type { Definition } from '../graph/scope.js';
import { DataType, type GraphProto } from '../schema/proto.js';
import type { TypedNodes } from './value-types.js';

/** The largest finite magnitude of values, by {@link valueKey}; values that data never reached are not among them. */
export type Magnitudes = ReadonlyMap<string, number>;

/** The same for one value whenever the file is read anew. */
export const valueKey = ({ scope, name }: Definition): string => `${scope.path}${name}`;

/** A runtime, and what the model runs on in it. */
export interface MeasuringRun {
  readonly ort: OrtRuntime;
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
}

/**
 * Runs a model on every batch and gives the largest magnitude of each FLOAT value that is computed or put in, those in branches of If
 * too; those in bodies of loops, which runtimes do not give, are left out. The model itself is not changed.
 *
 * @throws LowbitError `calibration-invalid`, `runtime-failed`, `aborted`.
 */
export async function measureMagnitudes(
  model: OnnxModel,
  { scopes, type }: TypedNodes,
  { ort, batches }: MeasuringRun,
): Promise<Magnitudes> {
  const hidden = hiddenGraphs(model.proto.graph as GraphProto);
  const values = scopes
    .filter(({ graph }) => hidden(graph) === undefined)
    .flatMap(({ definitions }) => [...definitions.values()])
    .filter((value) => isComputed(value) && type(value) === DataType.FLOAT);
  const wanted = values.map(({ scope, name }) => ({
    graph: scope.graph,
    value: name,
    type: DataType.FLOAT,
  }));
  const opened = openBranches(model, wanted);
  const sites = values.map((value, at) => ({
    key: valueKey(value),
    tensor: opened.names[at] as string,
  }));
  const largest = new Map<string, number>();
  await visitRanges({ model: opened.model, ort, batches }, sites, ({ key }, { count, min, max }) => {
    if (count > 0) largest.set(key, Math.max(largest.get(key) ?? 0, -min, max));
  });
  return largest;
}

const isComputed = (value: Definition): boolean =>
  value.kind === 'input' || (value.kind === 'node' && value.node.opType !== 'Constant');
