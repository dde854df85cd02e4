import { calibrationInputs } from '../model/calibration-inputs.js';
import { checkInterfaces } from './check-interfaces.js';
import type { ChosenInputs } from './chosen-inputs.js';
import { compareSessions, type CompareSettings } from './compare-sessions.js';
import type { Comparison } from './comparison.js';
import type { CalibrationInput } from '../calibration/index.js';
import type { ModelFile } from './read-model-file.js';
import type { Runtime } from '../runtime/load-runtime.js';
import { openSession } from './session.js';

const remedies = {
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
  const remedy = remedies[chosen.report.source];
  const first = await openSession(runtime, a, remedy);
  try {
    const second = await openSession(runtime, b, remedy);
    try {
      const inputs = commonInputs(a, b);
      const sessions = { runtime, a: first, b: second, inputs, outputs: a.outputs };
      return await compareSessions(sessions, chosen.batches, settings);
    } finally {
      await second.release();
    }
  } finally {
    await first.release();
  }
}
