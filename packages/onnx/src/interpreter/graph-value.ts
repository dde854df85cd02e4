import { DataType } from '../schema/proto.js';
import type { GraphBuilder } from './graph-builder.js';

/** A tensor that the graph computes: as floats, or as booleans where it is used as a mask. */
export interface GraphValue {
  /** Name of the value as FLOAT; a node is added when it is asked for. */
  floats(): string;
  /** Name of the value as BOOL: whether it is not 0. */
  booleans(): string;
}

/** The value of this name, of type FLOAT. */
export function floatValue({ node }: GraphBuilder, name: string): GraphValue {
  return { floats: () => name, booleans: () => node('Cast', [name], { to: DataType.BOOL }) };
}

/** The value of this name, of type BOOL. */
export function maskValue({ node }: GraphBuilder, name: string): GraphValue {
  return { floats: () => node('Cast', [name], { to: DataType.FLOAT }), booleans: () => name };
}
