import type { QuantizedTensor, StorageNote } from '@lowbit/core';
import type { SiteNotes } from '../sites/site-notes.js';
import type { ModelDescription } from '../describe/described-layer.js';
import type { OnnxModel } from '../model/model.js';
import type { Runtime } from '../target/target.js';
import type { IntegerForm } from './cost.js';
import { integerModel, type WholeOutcome } from './integer-model.js';
import { withReason } from './with-reason.js';

/** A model after its integer layers were written. */
export interface WrittenIntegers {
  readonly model: OnnxModel;
  /** Whether layers became integer. */
  readonly changed: boolean;
  /** Weights that no integer operator takes. */
  readonly rest: ReadonlyMap<string, QuantizedTensor>;
  /** The notes on all weights, once the rest is written: how each is stored, and why it is computed with in floats. */
  notes(rest: readonly StorageNote[]): StorageNote[];
}

/**
 * Writes the integer layers of a model, in place.
 *
 * @param sites Told what becomes of each.
 */
export function writeIntegers(
  model: OnnxModel,
  description: ModelDescription,
  outcome: WholeOutcome,
  form: IntegerForm,
  runtime: Runtime | undefined,
  sites: SiteNotes,
): WrittenIntegers {
  const {
    model: written,
    changed,
    storage,
    reasons,
  } = integerModel(model, description, outcome, { form, runtime }, sites);
  const done = new Set(storage.map(({ id }) => id));
  return {
    model: written,
    changed,
    rest: new Map([...outcome.weights].filter(([id]) => !done.has(id))),
    notes: (rest) => [
      ...storage.map((note) => withReason(note, wholeScales(outcome.weights.get(note.id)))),
      ...rest.map((note) => withReason(note, reasons.get(note.id))),
    ],
  };
}

/** What is said where scales were to be stored in fewer bytes: integer operators take float32 ones alone. */
function wholeScales(tensor: QuantizedTensor | undefined): string | undefined {
  return tensor === undefined || tensor.parameterStorage === 'float32'
    ? undefined
    : 'its scales are stored as float32, which integer operators take alone';
}
