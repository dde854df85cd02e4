import type { QuantizedTensor, Slicing } from '@lowbit/core';
import { zeroPointForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { isTable } from './gather-rows.js';
import { usedOnly } from './used-only.js';
import { dequantizeOperator } from '../target/dequantize-linear.js';
import { type PackedFloat } from '../target/runs.js';
import { blocksSince } from '../target/versions.js';
import type { Target } from '../target/target.js';
import { viewOf } from './dequantize.js';
import { groupOperator, groupSizes, groupsUnfit } from './groups-unfit.js';
import { packedParameters } from './packed-parameters.js';

/** What decides whether an affine weight is kept packed, and what of it was changed, in words. */
interface Setting {
  readonly bits: number;
  readonly slicing: Slicing;
  /** Whether every slice has an integer zero point. */
  readonly exact: boolean;
  readonly target: Target;
  readonly words: readonly string[];
}

/**
 * Why a weight is not kept packed, and with what it would be, where there is something.
 *
 * @param unfit Why no `DequantizeLinear` takes it, which is the cause where no other operator could.
 */
export function unpackedReason(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  unfit: string,
): string {
  if (tensor.scheme.kind !== 'affine') return shortGroupsOfRows(site, tensor) ?? unfit;
  const cause = groupsUnfit(site, tensor, target) ?? unfit;
  return `${cause}; ${packingRemedy(site, tensor, target)}`;
}

/** Why rows of a table whose groups do not divide them are not decoded alone, and what divides them. */
function shortGroupsOfRows(site: WeightSite, { slicing, shape }: QuantizedTensor): string | undefined {
  if (!isTable(site) || slicing === 'tensor' || !('along' in slicing) || slicing.along !== 1)
    return undefined;
  const { group } = slicing;
  const length = shape[1] as number;
  if (length % group === 0) return undefined;
  const divisor = largestDivisor(length, group);
  const groups = divisor < smallestGroup ? '' : `granularity group:${divisor} or `;
  const cause = `rows are not decoded in groups of ${group} here, since the last group is short (${length % group} of ${group})`;
  return `${cause}; it would stay packed with ${groups}granularity channel`;
}

/** Smaller groups take more for their scales than for their codes. */
const smallestGroup = 8;

function largestDivisor(length: number, most: number): number {
  let divisor = Math.min(most, length);
  while (length % divisor !== 0) divisor--;
  return divisor;
}

/** With what a weight that is not kept packed would be: as little as possible changed, all of it named. */
function packingRemedy(site: WeightSite, tensor: QuantizedTensor, target: Target): string {
  const exact = zeroPointForm(tensor) !== undefined;
  const type = site.source.tensor.dataType as PackedFloat;
  const scalesFit = !exact || packedParameters(tensor, type) !== undefined;
  const { bits, slicing } = tensor;
  const changed = [{ bits, slicing, exact, target, words: [] }]
    .flatMap((one) => [one, ...granularities(site, one)])
    .flatMap((one) => [one, ...widths(one)])
    .flatMap((one) => [one, ...zeroPoints(one)])
    .flatMap((one) => [one, ...opsets(one)])
    .sort((a, b) => changesOf(a, target) - changesOf(b, target));
  const found = changed.find((one) => staysPacked(site, one, scalesFit));
  if (found === undefined) return 'no other granularity, width or operator set keeps it packed';
  return `it would stay packed with ${found.words.join(', ')}`;
}

/** How much a setting changes; another operator set, which the file must be converted to, counts as more than two others. */
const changesOf = ({ words, target }: Setting, { opset }: Target): number =>
  words.length + (target.opset === opset ? 0 : 2);

/** Whether packed operators take a weight so. */
function staysPacked(
  site: WeightSite,
  { bits, slicing, exact, target }: Setting,
  scalesFit: boolean,
): boolean {
  const grouped = slicing !== 'tensor' && 'along' in slicing;
  const operator = grouped && exact && scalesFit ? groupOperator(site, slicing.along, target) : undefined;
  if (grouped && operator?.fits(bits, slicing.group)) return true;
  const view = viewOf(site.shape, slicing, exact);
  const isMoved = () => !usedOnly(site, () => true);
  return !('unfit' in view) && dequantizeOperator(bits, view.spread, target, isMoved) !== undefined;
}

type Variation = (from: Setting) => readonly Setting[];

/** Per channel, in groups and per tensor, whatever it is not. */
function granularities({ outputAxes, inputAxis, shape }: WeightSite, from: Setting): readonly Setting[] {
  const length = inputAxis === undefined ? 0 : (shape[inputAxis] as number);
  const along = inputAxis ?? 0;
  const groups = groupSizes
    .filter((group) => group <= length)
    .map((group) => ({ slicing: { along, group }, name: `group:${group}` }));
  const all = [{ slicing: { axes: outputAxes }, name: 'channel' }, ...groups];
  return [...all, { slicing: 'tensor' as const, name: 'tensor' }]
    .filter(({ slicing }) => JSON.stringify(slicing) !== JSON.stringify(from.slicing))
    .map(({ slicing, name }) => ({ ...from, slicing, words: [...from.words, `granularity ${name}`] }));
}

const widths: Variation = (from) =>
  [2, 4, 8]
    .filter((bits) => bits > from.bits)
    .map((bits) => ({ ...from, bits, words: [...from.words, `${bits} bits`] }));

const zeroPoints: Variation = (from) =>
  from.exact
    ? []
    : [{ ...from, exact: true, words: [...from.words, 'a method or option of integer zero points'] }];

const opsets: Variation = (from) =>
  from.target.opset >= blocksSince
    ? []
    : [
        {
          ...from,
          target: { ...from.target, opset: blocksSince },
          words: [...from.words, `opset ${blocksSince}`],
        },
      ];
