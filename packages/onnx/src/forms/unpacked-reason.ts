import type { QuantizedTensor } from '@lowbit/core';
import { zeroPointForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { type PackedFloat } from '../target/runs.js';
import { blocksSince } from '../target/versions.js';
import type { Target } from '../target/target.js';
import { multiplied } from './multiplied.js';
import { groupSizes, groupsUnfit } from './groups-unfit.js';
import type { Grid, Takes } from './packed-form.js';
import { packedForms } from './packed-forms.js';
import { packedParameters } from './packed-parameters.js';

/** What decides whether an affine weight is kept packed, and what of it was changed, in words. */
interface Setting extends Grid {
  readonly target: Target;
  readonly words: readonly string[];
}

/**
 * Why a weight is not kept packed, and with what it would be, where there is something.
 *
 * @param unfit Why no form takes it, which is the cause where no operator of packed groups could.
 */
export function unpackedReason(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  unfit = 'no form takes it',
): string {
  if (tensor.scheme.kind !== 'affine') return unfit;
  const cause = groupsUnfit(site, tensor, target) ?? unfit;
  return `${cause}; ${packingRemedy(site, tensor, target)}`;
}

/** With what a weight that is not kept packed would be: as little as possible changed, all of it named. */
function packingRemedy(site: WeightSite, tensor: QuantizedTensor, target: Target): string {
  const exact = zeroPointForm(tensor) !== undefined;
  const type = multiplied(site)?.type ?? (site.source.tensor.dataType as PackedFloat);
  const ownScales = !exact || packedParameters(tensor, type) !== undefined;
  const { bits, slicing } = tensor;
  const changed = [{ bits, slicing, exact, ownScales, target, words: [] }]
    .flatMap((one) => [one, ...granularities(site, one)])
    .flatMap((one) => [one, ...widths(one)])
    .flatMap((one) => [one, ...zeroPoints(one)])
    .flatMap((one) => [one, ...opsets(one)])
    .sort((a, b) => changesOf(a, target) - changesOf(b, target));
  const takenAt = takenBy(site);
  const found = changed.find((one) => takenAt(one.target).some(({ fits }) => fits(one)));
  if (found === undefined) return 'no other granularity, width or operator set keeps it packed';
  return `it would stay packed with ${found.words.join(', ')}`;
}

/** What the forms take of a weight, asked once for each operator set. */
function takenBy(site: WeightSite): (target: Target) => readonly Takes[] {
  const known = new Map<number, readonly Takes[]>();
  return (target) => {
    const takes = known.get(target.opset) ?? packedForms.flatMap((form) => form.takes?.(site, target) ?? []);
    known.set(target.opset, takes);
    return takes;
  };
}

/** How much a setting changes; another operator set, which the file must be converted to, counts as more than two others. */
const changesOf = ({ words, target }: Setting, { opset }: Target): number =>
  words.length + (target.opset === opset ? 0 : 2);

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
