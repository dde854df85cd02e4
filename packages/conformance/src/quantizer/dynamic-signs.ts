import type { Quantizer } from '@lowbit/core';
import type { SliceParameters } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { fit, usableWidths } from './fit.js';
import { describe } from './parameters.js';

/** Relative to the first scale, what sums in other orders may differ by. */
const permitted = 1e-5;

/** The law of quantizers that declare to measure scales of signs, which layers of signs then do in their place. */
export function dynamicSignsLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.dynamic !== 'signs') return [];
  return [
    { title: 'has the scales of signs that it declares to measure', run: () => checkScales(quantizer) },
  ];
}

function checkScales(quantizer: Quantizer): void {
  const ordinary = ordinaryValues();
  const samples: Readonly<Record<string, Float32Array>> = {
    'ordinary values': ordinary,
    'values above 0': ordinary.map((value) => Math.abs(value)),
    'one value far above the others': ordinary.map((value, at) => (at === 0 ? 10 : value)),
    'large values': ordinary.map((value) => value * 1e6),
    'values of which half are 0': ordinary.map((value, at) => (at % 2 === 0 ? 0 : value)),
  };
  for (const width of usableWidths(quantizer).filter(({ role }) => role === 'activation'))
    for (const [name, values] of Object.entries(samples))
      checkPlanes(fit(quantizer, values, width), values, width.bits, `${describe(width)}, ${name}`);
}

/** As many scales as bits, each the mean magnitude of what the signs before it leave over. */
function checkPlanes(parameters: SliceParameters, values: Float32Array, bits: number, at: string): void {
  if (parameters.kind !== 'residual' || parameters.scales.length !== bits) {
    must(false, () => `${at}: these are not the scales of ${bits} signs`);
    return;
  }
  let rest = Float64Array.from(values);
  const first = meanMagnitude(rest);
  for (const [plane, scale] of parameters.scales.entries()) {
    const mean = meanMagnitude(rest);
    const isMean = Math.abs(scale - mean) <= permitted * first;
    must(isMean, () => `${at}: scale ${plane + 1} is ${scale} instead of ${mean}`);
    rest = rest.map((value) => value - (value >= 0 ? mean : -mean));
  }
}

function meanMagnitude(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
}
