/**
 * The way of one weight: its values are read, a scheme is fitted to them, codes are chosen for the scheme, and what became of it is
 * told in a row of the report.
 */
import { seededRandom } from '../numeric/random.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { FitContext } from '../contract/quantizer.js';
import { gridWarning } from '../report/grid-reach.js';
import { histogramOf } from '../report/histogram.js';
import { measureTensor } from '../report/measure.js';
import { bitsEach, type CorrectionReport, type RoundingReport, type WeightReport } from '../report/report.js';
import { storageWarning, vanishedWarning } from '../report/storage-warning.js';
import { packedTensorBytes } from '../scheme/container.js';
import { schemeInSteps } from '../scheme/encode.js';
import type { SliceFit } from '../scheme/fit-slices.js';
import { nearestCodes, type ChooseCodes } from '../scheme/nearest.js';
import { packedBytes } from '../scheme/pack.js';
import type { StoredScheme } from '../scheme/parameters.js';
import { sliceParameters } from '../scheme/scheme.js';
import { checkShape } from '../scheme/shape.js';
import { sliceRanges, type SliceRanges } from '../scheme/slice-ranges.js';
import { sliceLayout, type SliceLayout } from '../scheme/slicing.js';
import { allSteps, type Steps } from '../scheme/steps.js';
import type { QuantizedTensor, Scheme, SliceParameters } from '../scheme/types.js';
import { fitRangesSafely, fitRowsSafely, fitSafely, fitTensorSafely, refitSafely } from './fit-safely.js';
import { defined } from '../contract/defined.js';

/** See `QuantizeOptions`. */
type Measured = NonNullable<QuantizeOptions['measure']>;

/** Values that may not move, and the parameters that hold them. */
export interface Frozen {
  /** Row-major; 1 where the value must stay as it is. */
  readonly mask: Uint8Array;
  readonly scheme: Scheme;
}

/** A scheme that is fitted to a weight's values, as it can be stored: what codes are chosen for. */
export interface FittedWeight extends StoredScheme {
  readonly layout: SliceLayout;
  readonly ranges: SliceRanges;
}

/** What a bias is to take off, one value an output channel, and what that gains. */
export interface CorrectedBias {
  readonly shift: Float32Array;
  readonly report: CorrectionReport;
}

/** A weight in codes. */
export interface CodedWeight {
  readonly tensor: QuantizedTensor;
  /** Of the values that were coded. */
  readonly ranges: SliceRanges;
  /** What a rounder gained; absent where each value has the nearest level. */
  readonly rounding?: RoundingReport;
  /** Why it has them although its plan names a rounder, a clause. */
  readonly unrounded?: string;
  /** What the bias of its layer is to take off; absent where that stays as it is. */
  readonly bias?: CorrectedBias;
  /** Why it does although the plan corrects it, a clause. */
  readonly uncorrected?: string;
}

/**
 * Fits the scheme of a weight. With `frozen`, slices that hold frozen values are fitted again by the quantizer's `refit`, or keep
 * their parameters when it has none.
 *
 * @param importance What each value counts for, row-major, where that is known.
 * @throws LowbitError `non-finite`; `invalid-argument` for values that do not fit the shape; `plugin-failed`.
 */
export const fitWeight = (...given: Parameters<typeof weightInSteps>): FittedWeight =>
  allSteps(weightInSteps(...given));

/** As {@link fitWeight}, a slice a step. */
export function* weightInSteps(
  planned: ResolvedEntry,
  values: Float32Array,
  frozen?: Frozen,
  importance?: Float32Array,
): Steps<FittedWeight> {
  const { weight, entry, slicing } = planned;
  checkShape(weight.shape, values.length, weight.id);
  const layout = sliceLayout(weight.shape, slicing);
  const ranges = sliceRanges(values, layout, weight.id);
  const { bits, parameterStorage } = entry;
  const fits = {
    bits,
    parameterStorage,
    where: weight.id,
    ...fitsOf(planned, layout, frozen, importance),
  };
  return { layout, ranges, ...(yield* schemeInSteps(values, layout, fits, ranges)) };
}

/** The weight in codes of the fitted scheme. @param choose Default: the nearest level of each value. */
export function codeWeight(
  { weight, entry: { bits }, slicing }: ResolvedEntry,
  values: Float32Array,
  { layout, ranges, scheme, parameterStorage }: FittedWeight,
  choose: ChooseCodes = nearestCodes,
): CodedWeight {
  const codes = choose(scheme, values, layout, bits);
  return { tensor: { shape: [...weight.shape], slicing, bits, codes, scheme, parameterStorage }, ranges };
}

/** The report row of a weight, before the port has said how it is stored. */
export function weightRow(
  { weight, entry, layer }: ResolvedEntry,
  original: Float32Array,
  { tensor, ranges, rounding, unrounded }: CodedWeight,
  measure: Measured,
): WeightReport {
  const warnings = [
    gridWarning(original, tensor, ranges, entry.quantizer.name),
    storageWarning(tensor, entry.parameterStorage),
    vanishedWarning(tensor.scheme, ranges),
  ].filter((warning) => warning !== undefined);
  const float = weight.storedBytes;
  const stored = packedTensorBytes(tensor);
  return {
    id: weight.id,
    layer: entry.layer,
    op: layer.op,
    shape: weight.shape,
    values: original.length,
    bits: entry.bits,
    quantizer: entry.quantizer.name,
    granularity: entry.granularity,
    slices: ranges.min.length,
    sizes: {
      float,
      nominal: packedBytes(original.length, entry.bits),
      stored,
      memory: float,
    },
    bitsPerWeight: bitsEach(stored, original.length),
    ...(measure === false ? {} : { error: measureTensor(original, tensor) }),
    ...(measure === true ? { histogram: histogramOf(original, tensor, ranges) } : {}),
    form: '',
    reason: [entry.reason, ...roundingWords(rounding, unrounded)].join('; '),
    ...defined({ wanted: entry.wanted, rounding }),
    storageReason: '',
    warnings,
  };
}

/** What a rounder did to a weight, or why it did nothing, for the reason of its row. */
function roundingWords(report: RoundingReport | undefined, unrounded: string | undefined): readonly string[] {
  if (report === undefined)
    return unrounded === undefined ? [] : [`rounded to the nearest level, since ${unrounded}`];
  const { rounder, gainDb, heldOutGainDb } = report;
  if (gainDb === undefined) return [`rounded by ${rounder}`];
  if (gainDb === 0)
    return [
      `rounded to the nearest level: ${rounder} found nothing better, on samples kept back as well where there are some`,
    ];
  const heldOut =
    heldOutGainDb === undefined ? 'no samples kept back' : `${heldOutGainDb.toFixed(1)} on samples kept back`;
  return [`rounded by ${rounder}: outputs off by ${gainDb.toFixed(1)} dB less, ${heldOut}`];
}

/** How the slices of a weight are fitted: by the plugin's verbs, each watched. */
function fitsOf(
  { weight, entry: { bits }, quantizer, options, seed }: ResolvedEntry,
  layout: SliceLayout,
  frozen: Frozen | undefined,
  importance: Float32Array | undefined,
): Omit<SliceFit, 'bits'> {
  const place = `weight '${weight.id}'`;
  const context: FitContext = { role: 'weight', bits, options, random: seededRandom(seed) };
  const counting = (own: Float32Array | undefined): FitContext =>
    own === undefined ? context : { ...context, importance: own };
  const fitOne: SliceFit['fit'] = (slice, _, own) => fitSafely(quantizer, slice, counting(own), place);
  if (frozen !== undefined) {
    const held = heldSlices(frozen, layout);
    const fit = (slice: Float32Array, index: number): SliceParameters => {
      const kept = held(index);
      return kept === undefined
        ? fitOne(slice, index)
        : refitSafely(quantizer, slice, { ...context, ...kept }, place);
    };
    return { fit };
  }
  const fitTensor: SliceFit['fitTensor'] = (slices, own) =>
    fitTensorSafely(quantizer, slices, counting(own), place);
  const fitRanges: SliceFit['fitRanges'] = (all) =>
    fitRangesSafely(quantizer, all, counting(importance && layout.toSliceMajor(importance).slice()), place);
  const fitRows: SliceFit['fitRows'] = (rows, length, own) =>
    fitRowsSafely(quantizer, rows, length, counting(own), place);
  return {
    fit: fitOne,
    ...defined({ importance }),
    ...(quantizer.fitTensor === undefined ? {} : { fitTensor }),
    ...(quantizer.fitRanges === undefined ? {} : { fitRanges }),
    ...(quantizer.fitRows === undefined ? {} : { fitRows }),
  };
}

/** For a slice with frozen values: its parameters, and which of its values are frozen. */
function heldSlices({ mask, scheme }: Frozen, layout: SliceLayout) {
  const ordered = layout.toSliceMajor(mask);
  return (slice: number) => {
    const frozen = ordered.subarray(layout.start(slice), layout.end(slice));
    return frozen.includes(1) ? { previous: sliceParameters(scheme, slice), frozen } : undefined;
  };
}
