import type { StorageNote } from '@lowbit/core';
import type { Int8Weight } from './int8-weight.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerLayer } from './integer-layers.js';
import type { Uint8Site } from '../sites/uint8-site.js';

/** A layer that is computed in integers, with its codes. */
export interface IntegerWork {
  readonly layer: IntegerLayer;
  readonly weight: Int8Weight;
}

/** A layer whose input is quantized with parameters that are known beforehand. */
export interface StaticWork extends IntegerWork {
  readonly input: Uint8Site;
}

/** How a layer was written. */
export interface WrittenLayer {
  /** The integer operator that uses the codes. */
  readonly form: string;
  readonly reason: string;
}

/** The report's line on the weight of a layer that was just written. */
export function noteOf(
  { layer }: IntegerWork,
  { form, reason }: WrittenLayer,
  edit: IntegerEdit,
): StorageNote {
  const bytes = edit.takeBytes();
  return { id: layer.weight.id, form, storedBytes: bytes, memoryBytes: bytes, reason };
}
