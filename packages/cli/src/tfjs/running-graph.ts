import type { RunnableModel } from '@lowbit/core/adapter';
import { modelArtifacts } from '@lowbit/tfjs-format';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';

import { loadGraphs } from '../runtime/load-tfjs.js';
import { notBuilt } from './build-layers.js';
import type { TfjsFile } from './read-model.js';

interface RunningGraph {
  readonly model: GraphModel;
  readonly runnable: RunnableModel;
}

/**
 * Loads a graph model to run it.
 *
 * @param command - that needs it, for the error
 * @throws LowbitError as `loadGraphs` and `loadGraph`.
 */
export async function loadRunningGraph(
  { file, json, weights }: TfjsFile,
  command: string,
): Promise<RunningGraph> {
  const { loadGraph, runnableGraph } = await loadGraphs(command);
  const load = async () => modelArtifacts(json, weights) as io.ModelArtifacts;
  const model = await loadGraph({ load }).catch((cause: unknown) => {
    throw notBuilt(file, cause);
  });
  return { model, runnable: runnableGraph(model, file) };
}
