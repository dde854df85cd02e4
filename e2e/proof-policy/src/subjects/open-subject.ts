import { quantize, type Batch, type ModelPort, type Recipe, type RunOutputs } from '@lowbit/core';
import type { BudgetReport, Measurements } from '@lowbit/core/policy';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import { relativeError } from './relative-error.js';
import { runtime, type NamedRuntime } from './runtime.js';
import type { PolicySubject, VisitSubject } from './subject.js';

/** A subject that was loaded. */
export interface OpenSubject {
  readonly name: string;
  /** Bytes of the files of the model as it is. */
  readonly bytes: number;
  readonly measuring: readonly Batch[];
  readonly heldOut: readonly Batch[];
  port(): ModelPort<unknown>;
  /** Quantizes and looks at what came of it. */
  write(recipe: Recipe, more?: { readonly withTask: boolean }): Promise<WrittenSubject>;
  close(): void;
}

/** What a recipe made of a subject. */
export interface WrittenSubject {
  /** Of all files. */
  readonly bytes: number;
  /** See `relativeError`, on what nothing was chosen on. */
  readonly error: number;
  readonly budget: BudgetReport | undefined;
  /** What choosing by a budget has measured, with what was known before. */
  readonly measurements: Measurements | undefined;
  /** What is left of the task, in words; empty where it was not asked for. */
  readonly task: string;
}

/** Opens subjects. */
export const opening =
  (tell: Tell): VisitSubject<OpenSubject> =>
  async (subject) => {
    const named = await runtime(tell);
    tell(`${subject.name}: loading`);
    return openSubject(subject, named);
  };

async function openSubject<Artifact, Written>(
  subject: PolicySubject<Artifact, Written>,
  named: NamedRuntime,
): Promise<OpenSubject> {
  const original = await subject.load();
  const heldOut = subject.heldOut(original);
  const port = () => subject.port(original, named);
  let float: Promise<readonly RunOutputs[]> | undefined;
  let words: Promise<(result: Artifact) => Promise<string>> | undefined;
  return {
    name: subject.name,
    bytes: await subject.sizeOf(original),
    measuring: subject.measuring(original),
    heldOut,
    port,
    async write(recipe, { withTask } = { withTask: false }) {
      const sizeOf = (model: unknown) => subject.sizeOf(subject.artifact(model as Written));
      const { model, budget, measurements } = await quantize(port(), recipe, { sizeOf });
      const result = subject.artifact(model);
      try {
        const before = await (float ??= outputsOf(port(), heldOut));
        const error = relativeError(before, await outputsOf(subject.port(result, named), heldOut));
        words ??= withTask ? subject.task?.(original) : undefined;
        const task = withTask ? await (await words)?.(result) : undefined;
        return { bytes: await subject.sizeOf(result), budget, measurements, error, task: task ?? '' };
      } finally {
        subject.release(result);
      }
    },
    close: () => subject.release(original),
  };
}

async function outputsOf(
  port: ModelPort<unknown>,
  batches: readonly Batch[],
): Promise<readonly RunOutputs[]> {
  const found: RunOutputs[] = [];
  for await (const one of port.run?.(batches) ?? []) found.push(one);
  return found;
}
