import type { LayerDescriptor, WeightDescriptor } from '../contract/descriptors.js';
import type { BitAssignment, BitwidthPolicy } from '../contract/policy.js';
import {
  checkArgument,
  checkOptions,
  optionTypes,
  type OptionType,
  type OptionTypes,
} from '../errors/check-argument.js';
import { throwProblems } from '../errors/error.js';
import { sizeOf } from '../scheme/shape.js';
import { matchesGlob, unmatchedGlobs } from './glob.js';
import { assignByLayer, checkBits, override, type PolicyChoice } from './overrides.js';

/** Weights of some shapes; what is left out does not count. */
export interface ShapeRule extends PolicyChoice {
  readonly bits: number | 'float';
  /** Number of axes. */
  readonly rank?: number;
  /** Number of values. */
  readonly leastValues?: number;
  readonly mostValues?: number;
  /** Values that each output reads: 9 for a depthwise convolution of 3 × 3. */
  readonly leastInputs?: number;
  readonly mostInputs?: number;
}

const anyNumber: OptionType = {
  expected: 'a number from 0',
  fits: (value) => typeof value === 'number' && value >= 0,
};
const shapeTypes: OptionTypes<ShapeRule> = {
  bits: optionTypes.any,
  weights: optionTypes.any,
  granularity: optionTypes.any,
  rank: optionTypes.count,
  leastValues: anyNumber,
  mostValues: anyNumber,
  leastInputs: anyNumber,
  mostInputs: anyNumber,
};

/**
 * Bits by shape, for instance `byShape({ mostInputs: 9, bits: 8 }, { leastValues: 1e6, bits: 3 })`; the last rule that fits wins, and
 * weights that none fits keep what they have.
 *
 * @throws LowbitError `invalid-argument`.
 */
export function byShape(...rules: readonly ShapeRule[]): BitwidthPolicy {
  for (const rule of rules) {
    checkOptions(rule, shapeTypes, 'byShape');
    checkBits(rule.bits, 'byShape: bits');
  }
  const last = [...rules].reverse();
  return {
    kind: 'policy',
    api: 2,
    name: 'by-shape',
    summary: 'bits by the shape of the weight',
    assign: (draft, layers) =>
      assignByLayer(draft, layers, (entry, layer) => {
        const weight = layer.weights.find(({ id }) => id === entry.id);
        const rule = weight && last.find((one) => fitsShape(one, weight));
        return rule === undefined ? entry : override(entry, rule.bits, rule, 'by its shape');
      }),
  };
}

function fitsShape(
  { rank, leastValues = 0, mostValues = Infinity, leastInputs = 0, mostInputs = Infinity }: ShapeRule,
  { shape, outputAxes }: WeightDescriptor,
): boolean {
  const values = sizeOf(shape);
  const outputs = outputAxes.reduce((product, axis) => product * shape[axis], 1);
  const inputs = values / outputs;
  const isOfSize = values >= leastValues && values <= mostValues;
  return (
    (rank === undefined || rank === shape.length) && isOfSize && inputs >= leastInputs && inputs <= mostInputs
  );
}

/**
 * At least so many bits, for all weights or for those whose name, or whose layer's, fits one of the globs. A budget that is spent after it
 * keeps to it.
 *
 * @throws LowbitError `invalid-argument`; from planning, for a glob that fits nothing in the model.
 */
export function atLeast(bits: number, ...globs: readonly string[]): BitwidthPolicy {
  checkArgument(typeof bits === 'number' && bits >= 1, bits, { where: 'atLeast', expected: 'bits from 1' });
  checkGlobs(globs, 'atLeast');
  return {
    kind: 'policy',
    api: 2,
    name: 'at-least',
    summary: 'a least number of bits',
    assign(draft, layers) {
      throwProblems(unmatchedGlobs(globs, layers, 'atLeast', draft));
      return assignByLayer(draft, layers, (entry, layer) =>
        globs.length === 0 || isNamed(globs, entry, layer) ? raised(entry, bits) : entry,
      );
    },
  };
}

function raised(entry: BitAssignment, bits: number): BitAssignment {
  const floor = { ...entry, least: Math.max(bits, entry.least ?? 0) };
  if (entry.bits === 'float' || entry.bits >= bits) return floor;
  return { ...floor, bits, reason: `at least ${bits} bits` };
}

/**
 * Weights that stay float: those whose name, or whose layer's, fits one of the globs.
 *
 * @throws LowbitError `invalid-argument`; from planning, for a glob that fits nothing in the model.
 */
export function float(...globs: readonly string[]): BitwidthPolicy {
  checkGlobs(globs, 'float');
  return {
    kind: 'policy',
    api: 2,
    name: 'float',
    summary: 'weights that stay float',
    assign(draft, layers) {
      throwProblems(unmatchedGlobs(globs, layers, 'float', draft));
      return assignByLayer(draft, layers, (entry, layer) =>
        isNamed(globs, entry, layer)
          ? { ...entry, bits: 'float' as const, reason: 'stays float by name' }
          : entry,
      );
    },
  };
}

function checkGlobs(globs: readonly unknown[], where: string): void {
  for (const glob of globs)
    checkArgument(typeof glob === 'string', glob, { where, expected: 'names and globs, as texts' });
}

const isNamed = (globs: readonly string[], { id }: BitAssignment, layer: LayerDescriptor): boolean =>
  globs.some((glob) => matchesGlob(glob, id) || matchesGlob(glob, layer.id));
