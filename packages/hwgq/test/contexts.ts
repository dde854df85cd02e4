import {
  optionsOf,
  seededRandom,
  statisticsCollector,
  type FitContext,
  type Quantizer,
} from '@lowbit/core/method';

/** What a site is fitted with when `values` were observed there. */
export function observed(quantizer: Quantizer, bits: number, values: Float32Array): FitContext {
  const collector = statisticsCollector();
  collector.add(values);
  return { ...described(quantizer, bits), statistics: collector.finish() };
}

/** What a site is fitted with when nothing, or only a normal distribution, is known of it. */
export function described(
  quantizer: Quantizer,
  bits: number,
  normal?: { mean: number; deviation: number },
): FitContext {
  const context = {
    role: 'activation',
    bits,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  return normal === undefined ? context : { ...context, normal };
}
