import { calibrationInputs } from '../model/calibration-inputs.js';
import { checkInterfaces } from './check-interfaces.js';
import type { ChosenInputs } from './chosen-inputs.js';
import { compareSessions, type ComparedSessions, type CompareSettings } from './compare-sessions.js';
import type { Comparison } from './comparison.js';
import type { CalibrationInput } from '../calibration/index.js';
import type { ModelFile } from './read-model-file.js';
import { fromTensor } from './from-tensor.js';
import type { Feeds, Runtime } from '../runtime/load-runtime.js';
import { openSession, type Session } from './session.js';
import { toFeeds } from './to-tensor.js';

/** What to do when a run fails, by where the inputs are from. */
export const inputRemedies = {
  random: 'Give real inputs with --input, or other sizes with --dim.',
  data: 'Give inputs of the shapes and ranges that the model is made for.',
} as const;

/** The inputs of both models. @throws LowbitError `invalid-argument` when they differ. */
export function commonInputs(a: ModelFile, b: ModelFile): readonly CalibrationInput[] {
  checkInterfaces(a, b);
  return calibrationInputs(a.inputs, a.file);
}

/** Loads both models, compares them and releases them whatever happens. @throws as {@link compareSessions}. */
export async function compareFiles(
  runtime: Runtime,
  [a, b]: readonly [ModelFile, ModelFile],
  chosen: ChosenInputs,
  settings: CompareSettings,
): Promise<Comparison> {
  const remedy = inputRemedies[chosen.report.source];
  const first = await openSession(runtime, a, remedy);
  try {
    const second = await openSession(runtime, b, remedy);
    try {
      const sessions = sessionsOf(runtime, first, second, a, commonInputs(a, b));
      return await compareSessions(sessions, chosen.batches, settings);
    } finally {
      await second.release();
    }
  } finally {
    await first.release();
  }
}

function sessionsOf(
  runtime: Runtime,
  a: Session,
  b: Session,
  { outputs }: ModelFile,
  inputs: readonly CalibrationInput[],
): ComparedSessions<Feeds, Awaited<ReturnType<Session['run']>>> {
  return {
    a,
    b,
    outputs,
    inputs: (batch) => toFeeds(batch, inputs, runtime),
    values: (result) =>
      outputs.map(({ name }) => {
        const tensor = result[name]!;
        return { shape: tensor.dims, data: fromTensor(tensor, `output ${name}`) };
      }),
  };
}
