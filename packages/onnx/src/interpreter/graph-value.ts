import { LowbitError } from '@lowbit/core';
import { DataType } from '../schema/proto.js';
import type { GraphBuilder } from './graph-builder.js';

/** A tensor that the graph computes: as floats, or as booleans where it is used as a mask. */
export interface GraphValue {
  /** Name of the value as FLOAT; a node is added when it is asked for. */
  floats(): string;
  /** Name of the value as BOOL: whether it is not 0. */
  booleans(): string;
}

/** Which graph a value is one of: names of another graph, or those that a plugin made up, lead to nothing. */
const builders = new WeakMap<object, GraphBuilder>();

/** The value of this name, of type FLOAT. */
export function floatValue(builder: GraphBuilder, name: string): GraphValue {
  return valueOf(builder, {
    floats: () => name,
    booleans: () => builder.node('Cast', [name], { to: DataType.BOOL }),
  });
}

/** The value of this name, of type BOOL. */
export function maskValue(builder: GraphBuilder, name: string): GraphValue {
  return valueOf(builder, {
    floats: () => builder.node('Cast', [name], { to: DataType.FLOAT }),
    booleans: () => name,
  });
}

function valueOf(builder: GraphBuilder, value: GraphValue): GraphValue {
  builders.set(value, builder);
  return value;
}

/**
 * What a plugin gave, if it is a value of this graph.
 *
 * @throws LowbitError `plugin-failed`.
 */
export function ownValue(builder: GraphBuilder, value: unknown): GraphValue {
  const maker = builders.get(Object(value) as object);
  if (maker === builder) return value as GraphValue;
  throw new LowbitError({
    code: 'plugin-failed',
    where: 'forward',
    expected: 'x, or a value that ops made of it',
    received: maker === undefined ? wordOther(value) : 'a value of another call',
  });
}

function wordOther(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? 'an object that is no value of the graph'
    : String(value);
}
