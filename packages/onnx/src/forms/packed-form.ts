import type { Granularity, QuantizedTensor, Slicing } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import type { OperatorSample } from '../operators/operator.js';
import type { DataType, NodeProto } from '../schema/proto.js';
import type { Target } from '../target/target.js';
import type { Fragment } from './fragment.js';

/** A form in which a weight stays packed in memory. */
export interface PackedForm {
  /** What its name begins with in reports and plans, up to the first arrow. */
  readonly name: string;
  /** What it means at run time, as a reason for the report. */
  kept(target: Target): string;
  /**
   * Which grids it takes of a weight; `undefined` where it takes it with none. The graph is looked at now, so that it may be
   * changed afterwards. Absent for forms that no grid is chosen for.
   */
  takes?(site: WeightSite, target: Target): Takes | undefined;
  /** Why it takes a weight with no grid at all, where that is worth telling. */
  refusal?(site: WeightSite): string | undefined;
  /**
   * Adds a weight; a text or nothing where it does not fit, which leaves the fragment as it is. The text is why, as the end of
   * a sentence.
   */
  pack(
    to: Fragment,
    site: WeightSite,
    tensor: QuantizedTensor,
    target: Target,
  ): Replacement | string | undefined;
  /** Weights that are written so: with the grid that is said, and with that which it wants of the default quantizer. */
  readonly samples: readonly FormSample[];
}

/** Nodes that take a packed weight, in place of its users. */
export interface Replacement {
  readonly form: string;
  /** Width that a code is stored in. */
  readonly storedBits: number;
  /** What each node becomes, in an order in which they can be computed. */
  readonly nodes: ReadonlyMap<NodeProto, readonly NodeProto[]>;
  /** The tensor as it was written, where that has other parameters. */
  readonly stored?: QuantizedTensor;
  /** The type that the values have. Default: the weight's own. */
  readonly type?: DataType;
}

/** The grids that a form takes of one weight. */
export interface Takes {
  fits(grid: Grid): boolean;
  /** Of an operator that takes packed groups as they are. */
  readonly groups?: TakenGroups;
}

/** What of a grid decides whether a form takes it. */
export interface Grid {
  readonly bits: number;
  readonly slicing: Slicing;
  /** Whether every slice has an integer zero point. */
  readonly exact: boolean;
  /** Whether the weight's own type holds the scales closely. */
  readonly ownScales: boolean;
}

/** The groups that an operator takes of one weight. */
export interface TakenGroups {
  /** Their axis. */
  readonly along: number;
  /** @param length Values along the axis. */
  fits(bits: number, group: number, length: number): boolean;
}

/** A weight `w` of one node, and how it is quantized. */
export interface FormSample extends Pick<OperatorSample, 'attributes' | 'inputs' | 'output' | 'opset'> {
  /** An operator that takes weights. */
  readonly operator: string;
  readonly bits: number;
  readonly granularity: Granularity;
  /** Levels that all slices share, times the size of the largest value of each. Absent: evenly spaced ones with an integer zero point. */
  readonly codebook?: readonly number[];
}

/** What an operator of packed groups takes: grids with integer zero points and scales of the weight's own type. */
export const takesGroups = ({ shape }: WeightSite, groups: TakenGroups): Takes => ({
  groups,
  fits({ bits, slicing, exact, ownScales }) {
    if (slicing === 'tensor' || !('along' in slicing) || slicing.along !== groups.along) return false;
    return exact && ownScales && groups.fits(bits, slicing.group, shape[groups.along] as number);
  },
});
