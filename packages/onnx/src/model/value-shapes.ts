import type { GraphProto, ValueInfoProto } from '../schema/proto.js';
import { clamped } from './clamped.js';

/** A dimension is a number, a name, or `null` when the file does not tell it. */
export type Dimension = number | string | null;

/** The shapes that a graph tells of its values, by name. */
export function valueShapes(graph: GraphProto): Map<string, readonly Dimension[]> {
  const shapes = new Map<string, readonly Dimension[]>();
  for (const info of [...graph.input, ...graph.valueInfo, ...graph.output]) {
    const shape = shapeOfInfo(info);
    if (shape !== undefined) shapes.set(info.name, shape);
  }
  return shapes;
}

/** The shape of a tensor value; `undefined` when the file does not tell its rank, or it is no tensor. */
export function shapeOfInfo({ type }: ValueInfoProto): readonly Dimension[] | undefined {
  if (type?.value.case !== 'tensorType') return undefined;
  return type.value.value.shape?.dim.map(({ value }) => {
    if (value.case === 'dimValue') return clamped(value.value);
    return value.case === 'dimParam' ? value.value : null;
  });
}
