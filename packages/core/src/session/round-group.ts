/**
 * The codes that a rounder chooses for channels that share their inputs: a channel keeps its nearest levels where those that were chosen
 * make no smaller an error in its outputs with the inputs that were seen.
 */
import type { GroupInputs } from '../calibration/input-statistics.js';
import { gramAbout, gramMatrix, inputMean, type InputMoments } from '../calibration/moments.js';
import type { NamedRounder } from '../contract/resolved-plan.js';
import type { RoundingContext, RoundingLayout } from '../contract/rounder.js';
import { valueOfCode } from '../scheme/decode.js';
import type { QuantizedTensor, Scheme } from '../scheme/types.js';
import { askRounder } from './ask-rounder.js';
import { channelErrors } from './channel-errors.js';

type Codes = QuantizedTensor['codes'];

/** Channels that share their inputs. */
export interface Group extends Pick<RoundingContext, 'nearest'>, Omit<RoundingLayout, 'inputs'> {
  readonly values: Float32Array;
  readonly scheme: Scheme;
  readonly place: string;
}

/** The matrices that errors are summed with. */
export interface Grams {
  readonly gram: Float32Array;
  /** Of samples that were kept back; empty where there are none. */
  readonly heldOut: Float32Array;
  readonly seen: InputMoments;
}

/** @param centred Whether the bias of the layer takes off what errors add on average. */
export function gramsOf({ seen, heldOut }: GroupInputs, centred: boolean): Grams {
  const mean = inputMean(seen);
  const gramOf = (moments: InputMoments) => (centred ? gramAbout(moments, mean) : gramMatrix(moments));
  return { gram: gramOf(seen), heldOut: heldOut === undefined ? none : gramOf(heldOut), seen };
}

/** What became of them. */
export interface RoundedGroup {
  readonly codes: Codes;
  /** Channels that keep their nearest levels since these are no worse. */
  readonly kept: number;
  readonly rows?: number;
  /** Sums over the channels, with the nearest levels and with those that were chosen. */
  readonly seen?: Errors;
  readonly heldOut?: Errors;
}

/** Mean squared errors of outputs, summed over channels. */
export interface Errors {
  readonly nearest: number;
  readonly chosen: number;
}

/** @param grams Absent for a rounder that needs to know nothing of the inputs. */
export function roundGroup(
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
