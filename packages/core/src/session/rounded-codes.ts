/**
 * The codes that a rounder chooses, and what they are worth: a channel keeps its nearest levels where these make no larger an error in
 * its outputs with the inputs that were seen.
 */
import type { GroupInputs, ObservedInputs } from '../calibration/input-statistics.js';
import { gramAbout, gramMatrix, inputMean, type InputMoments } from '../calibration/moments.js';
import { defined } from '../contract/defined.js';
import type { NamedRounder, ResolvedEntry } from '../contract/resolved-plan.js';
import type { RoundingContext, RoundingLayout } from '../contract/rounder.js';
import { seededRandom } from '../numeric/random.js';
import type { RoundingReport } from '../report/report.js';
import { valueOfCode } from '../scheme/decode.js';
import { type ChooseCodes, nearestCodes } from '../scheme/nearest.js';
import { type SliceLayout, sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor, Scheme } from '../scheme/types.js';
import { askRounder } from './ask-rounder.js';
import { channelErrors } from './channel-errors.js';
import { decibelsLess } from './decibels-less.js';

type Codes = QuantizedTensor['codes'];

/** Chooses codes by the rounder of a weight, and tells what that gained. */
export interface RoundedCodes {
  readonly choose: ChooseCodes;
  /** Of what was chosen last. */
  readonly report: () => RoundingReport;
}

/**
 * How the codes of a weight are chosen that has a rounder.
 *
 * @param observed What its inputs were; absent for a rounder that needs to know nothing of them.
 * @param centred Whether the bias of the layer takes off what errors add on average.
 */
export function roundedCodes(
  { weight, seed }: ResolvedEntry,
  rounding: NamedRounder,
  observed: ObservedInputs | undefined,
  centred = false,
): RoundedCodes {
  const matrix = sliceLayout(weight.shape, { axes: weight.outputAxes });
  const groups: readonly (GroupInputs | undefined)[] = observed?.groups ?? [undefined];
  let rounded: readonly RoundedGroup[] = [];
  const choose: ChooseCodes = (scheme, values, layout, bits) => {
    const nearest = matrix.toSliceMajor(nearestCodes(scheme, values, layout, bits));
    const rows = matrix.toSliceMajor(values);
    const slices = matrix.toSliceMajor(numbersOf(layout, values.length));
    const settings = { bits, options: rounding.options, random: seededRandom(seed) };
    const codes = nearest.slice();
    rounded = groups.map((inputs, g) => {
      const from = (g * values.length) / groups.length;
      const to = ((g + 1) * values.length) / groups.length;
      const group = {
        scheme,
        values: rows.subarray(from, to),
        nearest: nearest.subarray(from, to),
        slices: slices.subarray(from, to),
        channels: matrix.count / groups.length,
        place: `weight '${weight.id}'`,
      };
      const own = roundGroup(group, rounding, inputs && gramsOf(inputs, centred), settings);
      codes.set(own.codes, from);
      return own;
    });
    return matrix.fromSliceMajor(codes);
  };
  return { choose, report: () => reportOf(rounding, rounded) };
}

/** Channels that share their inputs. */
interface Group extends Pick<RoundingContext, 'nearest'>, Omit<RoundingLayout, 'inputs'> {
  readonly values: Float32Array;
  readonly scheme: Scheme;
  readonly place: string;
}

/** The matrices that errors are summed with. */
interface Grams {
  readonly gram: Float32Array;
  /** Of samples that were kept back; empty where there are none. */
  readonly heldOut: Float32Array;
  readonly seen: InputMoments;
}

function gramsOf({ seen, heldOut }: GroupInputs, centred: boolean): Grams {
  const mean = inputMean(seen);
  const gramOf = (moments: InputMoments) => (centred ? gramAbout(moments, mean) : gramMatrix(moments));
  return { gram: gramOf(seen), heldOut: heldOut === undefined ? none : gramOf(heldOut), seen };
}

interface RoundedGroup {
  readonly codes: Codes;
  /** Channels that keep their nearest levels since these are no worse. */
  readonly kept: number;
  readonly rows?: number;
  /** Sums over the channels, with the nearest levels and with those that were chosen. */
  readonly seen?: Errors;
  readonly heldOut?: Errors;
}

interface Errors {
  readonly nearest: number;
  readonly chosen: number;
}

function roundGroup(
  group: Group,
  rounding: NamedRounder,
  grams: Grams | undefined,
  settings: Pick<RoundingContext, 'bits' | 'options' | 'random'>,
): RoundedGroup {
  const { channels, slices, values, nearest, scheme, place } = group;
  const layout = { channels, inputs: channels === 0 ? 0 : values.length / channels, slices };
  const { gram = none, heldOut = none } = grams ?? {};
  const { needs } = rounding.rounder;
  const codes = askRounder(
    rounding,
    values,
    scheme,
    {
      ...settings,
      layout,
      nearest,
      gram: needs.includes('gram') ? gram : none,
      heldOutGram: needs.includes('gram') ? heldOut : none,
      inputMean: grams !== undefined && needs.includes('inputMean') ? inputMean(grams.seen) : none,
    },
    place,
  );
  if (grams === undefined) return { codes, kept: 0 };
  const before = differences(group, nearest);
  const after = differences(group, codes);
  const { kept, seen } = keepBetter(codes, nearest, { before, after }, gram, layout);
  const ofHeldOut = (d: Float64Array) => sum(channelErrors(d, heldOut, layout));
  const judged =
    heldOut === none ? {} : { heldOut: { nearest: ofHeldOut(before), chosen: ofHeldOut(after) } };
  return { codes, kept, rows: grams.seen.count, seen, ...judged };
}

const none = new Float32Array();

/** Gives channels their nearest codes, and the differences of these, where the chosen ones are not better. */
function keepBetter(
  codes: Codes,
  nearest: Codes,
  { before, after }: { readonly before: Float64Array; readonly after: Float64Array },
  gram: Float32Array,
  layout: RoundingLayout,
): { readonly kept: number; readonly seen: Errors } {
  const errorsBefore = channelErrors(before, gram, layout);
  const errors = channelErrors(after, gram, layout);
  let kept = 0;
  for (let channel = 0, from = 0; channel < layout.channels; channel++, from += layout.inputs) {
    if ((errors[channel] as number) < (errorsBefore[channel] as number)) continue;
    kept++;
    codes.set(nearest.subarray(from, from + layout.inputs), from);
    after.set(before.subarray(from, from + layout.inputs), from);
    errors[channel] = errorsBefore[channel] as number;
  }
  return { kept, seen: { nearest: sum(errorsBefore), chosen: sum(errors) } };
}

const sum = (numbers: Float64Array): number => numbers.reduce((all, one) => all + one, 0);

/** q − w */
function differences({ values, slices, scheme }: Group, codes: Codes): Float64Array {
  const valueOf = valueOfCode(scheme);
  const off = new Float64Array(values.length);
  for (let i = 0; i < off.length; i++)
    off[i] = valueOf(codes[i] as number, slices[i] as number) - (values[i] as number);
  return off;
}

/** The slice of each value, row-major. */
function numbersOf({ runs: { step, each } }: SliceLayout, count: number): Uint32Array {
  const slices = new Uint32Array(count);
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) slices[i] = s;
  });
  return slices;
}

function reportOf({ rounder }: NamedRounder, groups: readonly RoundedGroup[]): RoundingReport {
  const total = (errors: (group: RoundedGroup) => Errors | undefined) => {
    const all = groups.flatMap((group) => errors(group) ?? []);
    const before = all.reduce((sum, { nearest }) => sum + nearest, 0);
    const after = all.reduce((sum, { chosen }) => sum + chosen, 0);
    return all.length === 0 ? undefined : decibelsLess(before, after);
  };
  return {
    rounder: rounder.name,
    rows: groups.reduce((most, { rows = 0 }) => Math.max(most, rows), 0),
    channelsKept: groups.reduce((all, { kept }) => all + kept, 0),
    ...defined({ gainDb: total(({ seen }) => seen), heldOutGainDb: total(({ heldOut }) => heldOut) }),
  };
}
