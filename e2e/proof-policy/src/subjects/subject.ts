import type { Batch, ModelPort } from '@lowbit/core';
import type { RealModelTask } from '@lowbit/e2e-real-models';
import type { NamedRuntime } from './runtime.js';

/** A model with what bits are chosen on and what nothing is chosen on. */
export interface PolicySubject<Artifact, Written> {
  readonly name: string;
  load(): Promise<Artifact>;
  /** A port that can run the model. */
  port(artifact: Artifact, runtime: NamedRuntime): ModelPort<Written>;
  /** The model in what was written. */
  artifact(written: Written): Artifact;
  /** Bytes of all its files. */
  sizeOf(artifact: Artifact): number | Promise<number>;
  release(artifact: Artifact): void;
  measuring(artifact: Artifact): readonly Batch[];
  heldOut(artifact: Artifact): readonly Batch[];
  /** What it is for; absent: outputs alone are compared. */
  readonly task?: Task<Artifact>;
}

/** Tells in words what a changed model keeps of what the original does. */
export type Task<Artifact> = (original: Artifact) => Promise<(result: Artifact) => Promise<string>>;

/** The words of a task with real inputs. */
export const wordsOf =
  <Artifact>(task: RealModelTask<Artifact>): Task<Artifact> =>
  async (original) => {
    const float = await task.run(original);
    return async (result) => task.compare(float, await task.run(result)).summary;
  };

/** Calls with a subject, whatever its model is. */
export type VisitSubject<Result> = <Artifact, Written>(
  subject: PolicySubject<Artifact, Written>,
) => Promise<Result>;
