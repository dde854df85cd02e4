import type { LayerDescriptor, SkipNote } from '@lowbit/core';
import { brokenWarning, weightFloatReason } from '@lowbit/tfjs-format';
import { readVariable } from '../model/read-variable.js';
import type { ModelLayer } from '../model/survey.js';

/**
 * The descriptor with a warning for each weight that stays float and holds a value that is no number, as statistics of batch normalization
 * do where training diverged. What is quantized is looked at when it is.
 */
export async function withBrokenWeights(
  descriptor: LayerDescriptor,
  { variables }: ModelLayer,
): Promise<LayerDescriptor> {
  const described = new Set(descriptor.weights.map(({ id }) => id));
  const notes = new Map((descriptor.skipped ?? []).map((note) => [note.subject, note]));
  for (const { id, key, variable } of variables) {
    if (described.has(id) || variable.dtype !== 'float32') continue;
    const warning = brokenWarning(await readVariable(variable, id));
    const note: SkipNote = notes.get(id) ?? { subject: id, reason: weightFloatReason(key, variable.dtype) };
    if (warning !== undefined) notes.set(id, { ...note, warning });
  }
  return notes.size === 0 ? descriptor : { ...descriptor, skipped: [...notes.values()] };
}
