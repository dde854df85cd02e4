import { decode, type QuantizedTensor } from '@lowbit/core';
import { sliceLayout } from '@lowbit/core/adapter';
import {
  expandWeight,
  fitsFloat16,
  inShape,
  packWeight,
  plainTensor,
  plainWeight,
  type StoredWeight,
} from '@lowbit/tfjs-format';
import type { StorageForm } from './storage-form.js';

/** A quantized tensor in the form in which a file keeps it. */
export interface StoredTensor {
  readonly stored: StoredWeight;
  /** `packed 4-bit`, `uint8`, `float16` … */
  readonly form: string;
  /** Why this form. */
  readonly reason: string;
  /** Whether its values are not those of the tensor's own levels. */
  readonly differs: boolean;
  /** The values that the file stands for. */
  values(): Float32Array;
}

const loadsAlone = 'expanded by TensorFlow.js itself, without lowbit';
const kept = 'the running model holds float32';

/**
 * Stores a tensor in the form that was asked for, or the nearest that holds it, with the reason.
 *
 * @param shape As the layer has the weight.
 */
export function storeTensor(
  name: string,
  tensor: QuantizedTensor,
  shape: readonly number[],
  form: StorageForm,
): StoredTensor {
  const stored = storedAsItIs(name, tensor, form);
  return { ...stored, stored: inShape(stored.stored, shape) };
}

function storedAsItIs(name: string, tensor: QuantizedTensor, { format, plain }: StorageForm): StoredTensor {
  if (format === 'plain') return storePlain(name, tensor, plain);
  const stored = packWeight(name, tensor);
  return {
    stored,
    form: `packed ${tensor.bits}-bit`,
    reason: `packed in the file; ${kept}`,
    differs: false,
    values: () => expandWeight(stored, name),
  };
}

function storePlain(name: string, tensor: QuantizedTensor, plain: StorageForm['plain']): StoredTensor {
  const isFloat = plain === 'float16' || plain === 'float32';
  const even = isFloat ? undefined : plainTensor(name, tensor, plain);
  if (even !== undefined)
    return storedPlain(
      name,
      even,
      `${loadsAlone}; one even grid for the whole tensor, stored exactly; ${kept}`,
    );
  const values = decode(tensor);
  const half = plain !== 'float32' && slicesFitFloat16(tensor, values);
  const form = half ? 'float16' : 'float32';
  const reasons = [
    loadsAlone,
    ...(isFloat ? [] : [`${unevenness(tensor)}: it is stored as ${form}`]),
    ...(half || plain === 'float32' ? [] : ['float16 does not hold the values of each slice']),
    kept,
  ];
  return storedPlain(name, plainWeight(name, tensor.shape, values, form), reasons.join('; '));
}

function storedPlain(name: string, stored: StoredWeight, reason: string): StoredTensor {
  const form = stored.spec.quantization?.dtype ?? 'float32';
  return { stored, form, reason, differs: form !== 'float32', values: () => expandWeight(stored, name) };
}

/** Why the tensor is on no even grid. */
function unevenness({ scheme, bits }: QuantizedTensor): string {
  if (scheme.kind !== 'affine') return `a ${scheme.kind} of ${bits} bits is no even grid`;
  return `its ${scheme.scale.length} slices have grids of their own, and uint8 and uint16 hold one a tensor`;
}

function slicesFitFloat16({ shape, slicing }: QuantizedTensor, values: Float32Array): boolean {
  const layout = sliceLayout(shape, slicing);
  const slices = layout.toSliceMajor(values);
  return Array.from({ length: layout.count }, (_, s) => s).every((s) =>
    fitsFloat16(slices.subarray(layout.start(s), layout.end(s))),
  );
}
