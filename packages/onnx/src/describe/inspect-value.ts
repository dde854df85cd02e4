import { typeName } from '../model/data-types.js';
import type { ValueInfoProto } from '../schema/proto.js';
import { type Dimension, shapeOfInfo } from '../model/value-shapes.js';

/** An input or output, as the file declares it. */
export interface InspectedValue {
  readonly name: string;
  /** Element type, or the kind of value where it is no tensor. */
  readonly type: string;
  /** Numbers, names of symbolic dimensions, `null` for unknown ones; `null` when the rank is unknown. */
  readonly shape: readonly Dimension[] | null;
}

export function inspectValue(info: ValueInfoProto): InspectedValue {
  const value = info.type?.value;
  const type = value?.case === 'tensorType' ? typeName(value.value.elemType) : (value?.case ?? 'unknown');
  return { name: info.name, type, shape: shapeOfInfo(info) ?? null };
}
