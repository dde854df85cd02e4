import type { ParameterStorage, Slicing } from '@lowbit/core';
import { parameterShape } from '@lowbit/core/adapter';
import { DataType } from '../schema/proto.js';
import type { Fragment } from './fragment.js';

/** How codes and parameters are shaped so that broadcasting gives each code the parameters of its slice. */
export interface ParameterGrid {
  /** Shape of the codes while they are computed with; the weight's own, or with one axis split into groups. */
  readonly codes: readonly number[];
  /** Shape of a constant with one parameter a slice. */
  readonly parameters: readonly number[];
  /** Where the last group is short: the group of each index of this axis, to gather parameters by. */
  readonly gather?: { readonly axis: number; readonly groups: readonly number[] };
  /** Where only some rows are decoded: name of their indices on the first axis. Never together with `gather`. */
  readonly rows?: string;
}

/** The grid of a slicing on a weight of this shape. */
export function parameterGrid(shape: readonly number[], slicing: Slicing): ParameterGrid {
  const parameters = parameterShape(shape, slicing);
  if (slicing === 'tensor' || 'axes' in slicing)
    return { codes: shape, parameters: withoutLeadingOnes(parameters) };
  const { along, group } = slicing;
  const size = shape[along] as number;
  if (size <= group) return { codes: shape, parameters: withoutLeadingOnes(parameters) };
  if (size % group === 0) {
    return {
      codes: splitAxis(shape, along, [size / group, group]),
      parameters: splitAxis(shape, along, [size / group, 1]),
    };
  }
  const groups = Array.from({ length: size }, (_, index) => Math.floor(index / group));
  return { codes: shape, parameters, gather: { axis: along, groups } };
}

/**
 * Adds numbers, one a slice, and returns the name of a tensor that broadcasts against the codes. Integers are
 * stored as INT32, floats as `storage` says (float16 is widened by a `Cast`).
 */
export function addParameters(
  to: Fragment,
  role: string,
  values: ArrayLike<number>,
  grid: ParameterGrid,
  storage: ParameterStorage | 'int32',
): string {
  return gatherGroups(to, addNumbers(to, role, values, grid.parameters, storage), grid);
}

/**
 * Repeats parameters for every index of an axis whose last group is short, or takes those of the rows that are decoded;
 * otherwise they broadcast as they are.
 */
export function gatherGroups(
  to: Fragment,
  parameters: string,
  { gather, rows, ...grid }: ParameterGrid,
): string {
  const byRow = grid.parameters.length === grid.codes.length;
  if (rows !== undefined && byRow) return to.node('Gather', [parameters, rows]);
  if (gather === undefined) return parameters;
  const groups = to.small(DataType.INT32, [gather.groups.length], gather.groups);
  return to.node('Gather', [parameters, groups], { axis: gather.axis });
}

/** Adds numbers of any shape and returns the name of a FLOAT (or INT32) tensor that holds them. */
export function addNumbers(
  to: Fragment,
  role: string,
  values: ArrayLike<number>,
  dims: readonly number[],
  storage: ParameterStorage | 'int32',
): string {
  if (storage === 'int32') return to.constant(role, DataType.INT32, dims, values);
  if (storage === 'float32') return to.constant(role, DataType.FLOAT, dims, values);
  return to.node('Cast', [to.constant(role, DataType.FLOAT16, dims, values)], { to: DataType.FLOAT });
}

function splitAxis(shape: readonly number[], axis: number, parts: readonly number[]): number[] {
  return [...shape.slice(0, axis), ...parts, ...shape.slice(axis + 1)];
}

function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}
