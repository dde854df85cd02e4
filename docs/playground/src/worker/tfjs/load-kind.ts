import { isLowbitError, LowbitError, type Problem } from '@lowbit/core';
import type { io } from '@tensorflow/tfjs-core';
import type { DroppedFiles } from '../dropped-files.js';
import { graphKind } from './graph-kind.js';
import { layersKind } from './layers-kind.js';
import { readArtifacts } from './read-artifacts.js';
import type { TfjsKind } from './tfjs-kind.js';
import { onBackend } from './use-backend.js';

const ownClasses = 'Layers of your own need code, and are not known in this page.';

/** Loads a dropped model of either kind and uses it; the kind's own type stays inside. */
export async function loadKind<T>(
  name: string,
  files: DroppedFiles,
  use: <M>(kind: TfjsKind<M>) => Promise<T>,
): Promise<T> {
  const artifacts = readArtifacts(name, files);
  return isGraph(artifacts)
    ? use(await loading(name, () => graphKind(artifacts)))
    : use(await loading(name, () => layersKind(artifacts)));
}

function isGraph({ format, modelTopology }: io.ModelArtifacts): boolean {
  return format === 'graph-model' || 'node' in (modelTopology ?? {});
}

/** @throws LowbitError `model-malformed` for what TensorFlow.js refuses, and others. */
async function loading<K>(name: string, load: () => Promise<K>): Promise<K> {
  try {
    return await onBackend('cpu', load);
  } catch (cause) {
    if (isLowbitError(cause)) throw named(name, cause);
    throw new LowbitError(
      {
        code: 'model-malformed',
        where: name,
        expected: 'a model that TensorFlow.js loads',
        received: cause instanceof Error ? cause.message : String(cause),
        remedy: `Save or convert the model again. ${ownClasses}`,
      },
      { cause },
    );
  }
}

/** What `load` says of a `model`, with the name of the dropped file; and that this page cannot know classes of one's own. */
function named(name: string, cause: LowbitError): LowbitError {
  const [first, ...rest] = cause.problems.map((problem) => ({
    ...problem,
    where: [name, problem.where.replace(/^model(?:: |$)/, '')].filter((part) => part !== '').join(': '),
    ...(problem.code === 'layer-unsupported' ? { remedy: ownClasses } : {}),
  }));
  return new LowbitError([first as Problem, ...rest], { cause });
}
