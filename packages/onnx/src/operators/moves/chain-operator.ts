import type { NodeProto } from '../../schema/proto.js';

/** A node of a chain of constant operators, with what is known about its inputs. */
export interface ChainCall {
  readonly node: NodeProto;
  readonly opset: number;
  /** Shapes of the data inputs, at least one. */
  readonly shapes: readonly (readonly number[])[];
  /** Index of the output that is asked for. */
  readonly output: number;
  /** Integers of a constant input; `undefined` when the input is left out. */
  integers(input: number): readonly number[] | undefined;
  /** The dimensions of such an input. */
  listShape(input: number): readonly number[] | undefined;
}

/** The axes of each data input that an output axis is made of. */
export interface AxisLink {
  readonly axes: readonly number[];
  /** Whether the output axis and these axes mean the same, none of them split or merged. */
  readonly exact: boolean;
}

/** The output of a chain operator: its shape, and a link for each of its axes. */
export interface ChainResult {
  readonly shape: readonly number[];
  readonly links: readonly AxisLink[];
  /** Whether every value keeps its place in row-major order. */
  readonly keepsOrder: boolean;
}

/** What a chain operator does to shapes; `undefined` when its constants do not fit. */
export type ChainOperator = (call: ChainCall) => ChainResult | undefined;

/** A link to the one axis that an output axis is. */
export const sameAxis = (axis: number): AxisLink => ({ axes: [axis], exact: true });

/** A result whose axes are those of the inputs. */
export const keepsAxes = (shape: readonly number[], keepsOrder = false): ChainResult => ({
  shape,
  links: shape.map((_, axis) => sameAxis(axis)),
  keepsOrder,
});

/** An axis counted from the front; `undefined` when it is outside the rank. */
export function fromFront(axis: number, rank: number): number | undefined {
  const counted = axis < 0 ? axis + rank : axis;
  return counted >= 0 && counted < rank ? counted : undefined;
}
