import { calibrationInputs, imagePreparation, resolveShapes } from '@lowbit/data';
import type { ModelValue } from 'lowbit/browser';
import type { PixelRange } from '../../shared/messages.js';

/** What pixels become for a model that one picture is the whole input of: 0 … 255 where it takes those or scales them itself. */
export function pictureRange(values: readonly ModelValue[], file: string): PixelRange | undefined {
  try {
    const inputs = calibrationInputs(values, file);
    const { shapes } = resolveShapes(inputs, new Map());
    const { scale } = imagePreparation({
      inputs: inputs.map((input) => ({ ...input, shape: shapes.get(input.name) ?? [] })),
    });
    return scale === 1 ? 'bytes' : 'unit';
  } catch {
    return undefined;
  }
}
