import type { WeightDescriptor } from '../model/port.js';
import { seededRandom, seedFrom } from '../numeric/random.js';
import { slicingOf } from '../plan/granularity.js';
import type { QuantizedEntry } from '../plan/plan.js';
import { optionsOf } from '../plugin/choose.js';
import type { FitContext, Quantizer } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { encode } from '../scheme/encode.js';
import { sliceParameters } from '../scheme/scheme.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor, Scheme, SliceParameters } from '../scheme/types.js';
import { fitRangesSafely, fitSafely, fitTensorSafely, refitSafely } from './fit-safely.js';

/** Values that may not move, and the parameters that hold them. */
export interface Frozen {
  /** Row-major; 1 where the value must stay as it is. */
  readonly mask: Uint8Array;
  readonly scheme: Scheme;
}

/** What is known of a weight besides its values. */
export interface KnownOfWeight {
  readonly frozen?: Frozen | undefined;
  /** See `EncodeSettings`. */
  readonly ranges?: SliceRanges;
}

/**
 * Quantizes one weight as its entry says. With `frozen`, slices that hold frozen values are fitted again by the quantizer's
 * `refit`, or keep their parameters when it has none.
 */
export function quantizeWeight(
  weight: WeightDescriptor,
  values: Float32Array,
  entry: QuantizedEntry,
  seed: number,
  registry: Registry,
  { frozen, ranges }: KnownOfWeight = {},
): QuantizedTensor {
  const quantizer = registry.find('quantizer', entry.quantizer.name) as Quantizer;
  const slicing = slicingOf(entry.granularity, weight);
  const place = `weight '${weight.id}'`;
  const context: FitContext = {
    role: 'weight',
    bits: entry.bits,
    options: optionsOf(quantizer, entry.quantizer.options),
    random: seededRandom(seedFrom(seed, entry.id)),
  };
  const held = frozen && heldSlices(frozen, sliceLayout(weight.shape, slicing));
  const fit = (slice: Float32Array, index: number): SliceParameters => {
    const kept = held?.(index);
    if (kept === undefined) return fitSafely(quantizer, slice, context, place);
    return refitSafely(quantizer, slice, { ...context, ...kept }, place);
  };
  return encode(values, weight.shape, slicing, {
    bits: entry.bits,
    parameterStorage: entry.parameterStorage,
    where: weight.id,
    fit,
    ...(ranges === undefined ? {} : { ranges }),
    ...(held !== undefined || quantizer.fitTensor === undefined
      ? {}
      : {
          fitTensor: (slices: readonly Float32Array[]) => fitTensorSafely(quantizer, slices, context, place),
        }),
    ...(held !== undefined || quantizer.fitRanges === undefined
      ? {}
      : { fitRanges: (all: SliceRanges) => fitRangesSafely(quantizer, all, context, place) }),
  });
}

/** For a slice with frozen values: its parameters, and which of its values are frozen. */
function heldSlices({ mask, scheme }: Frozen, layout: ReturnType<typeof sliceLayout>) {
  const ordered = layout.toSliceMajor(mask);
  return (slice: number) => {
    const frozen = ordered.subarray(layout.start(slice), layout.end(slice));
    return frozen.includes(1) ? { previous: sliceParameters(scheme, slice), frozen } : undefined;
  };
}
