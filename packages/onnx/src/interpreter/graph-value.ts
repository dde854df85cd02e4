import { DataType } from '../schema/proto.js';
import type { GraphBuilder } from './graph-builder.js';

/** A tensor that the graph computes: as floats, or as booleans where it is used as a mask. */
export interface GraphValue {
  /** Name of the value as FLOAT; nodes are added when it is first asked for. */
  floats(): string;
  /** Name of the value as BOOL: whether it is not 0. */
  booleans(): string;
}

/** The value of this name, of type FLOAT. */
export function floatValue(builder: GraphBuilder, name: string): GraphValue {
  return { floats: () => name, booleans: castOnce(builder, name, DataType.BOOL) };
}

/** The value of this name, of type BOOL. */
export function maskValue(builder: GraphBuilder, name: string): GraphValue {
  return { floats: castOnce(builder, name, DataType.FLOAT), booleans: () => name };
}

function castOnce(builder: GraphBuilder, name: string, to: DataType): () => string {
  let made: string | undefined;
  return () => (made ??= builder.node('Cast', [name], { to }));
}
