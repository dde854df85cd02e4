import type { Options, QuantizedTensor, Quantizer } from '@lowbit/core';
import {
  evenLevels,
  levelsOf,
  levelValue,
  optionsOf,
  sliceParameters,
  zeroPointForm,
  type GridKind,
} from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { encodeWith, fit, usableWidths, type Width } from './fit.js';
import { describe } from './parameters.js';

/** The law on the grids that integer runtimes want, for quantizers that declare any. */
export function gridLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.grids === undefined) return [];
  return [{ title: 'has the grids that it declares', run: () => checkGrids(quantizer) }];
}

function checkGrids(quantizer: Quantizer): void {
  for (const [kind, chosen] of Object.entries(quantizer.grids ?? {})) {
    must(['zero-point', 'symmetric', 'even'].includes(kind), () => `grids: '${kind}' is not known`);
    const options = optionsOf(quantizer, chosen);
    for (const width of widthsOf(quantizer, kind)) checkGrid(quantizer, kind as GridKind, options, width);
  }
}

/** The widths at which there can be such a grid: a single bit has no level to both sides of 0; `even` is about weights. */
export function widthsOf(quantizer: Quantizer, kind: string): readonly Width[] {
  return usableWidths(quantizer).filter(
    ({ bits, role }) => (bits > 1 || kind !== 'symmetric') && (role === 'weight' || kind !== 'even'),
  );
}

function checkGrid(quantizer: Quantizer, kind: GridKind, options: Options, width: Width): void {
  for (const [name, values] of Object.entries(samples())) {
    const parameters = fit(quantizer, values, width, { options });
    const at = `${describe(width)}, ${name}, grid '${kind}'`;
    const tensor = encodeWith(parameters, values, width.bits);
    if (kind === 'even') {
      must(isEven(tensor), () => `${at}: the levels are not evenly spaced`);
      continue;
    }
    const zeroPoint = zeroPointForm(tensor)?.zeroPoints[0];
    must(zeroPoint !== undefined, () => `${at}: 0 is no level with an integer zero point`);
    if (kind === 'zero-point' || parameters.kind !== 'affine') continue;
    const middle = parameters.levels >> 1;
    must(zeroPoint === middle, () => `${at}: ${parameters.levels} levels, the zero point is ${zeroPoint}`);
  }
}

function isEven({ scheme }: QuantizedTensor): boolean {
  if (scheme.kind === 'affine') return true;
  const value = levelValue(sliceParameters(scheme, 0));
  return evenLevels(Float32Array.from({ length: levelsOf(scheme) }, (_, code) => value(code))) !== undefined;
}

/** Slices of all kinds, those at the edge among them. */
function samples(): Record<string, Float32Array> {
  const ordinary = ordinaryValues();
  return {
    'ordinary values': ordinary,
    'values above 0': ordinary.map((value) => 1 + value),
    'values below 0': ordinary.map((value) => value - 1),
    'values far above 0': ordinary.map((value) => 1000 + value),
    'values of which most are 0': ordinary.map((value, i) => (i % 4 === 0 ? value : 0)),
    'one value many times': new Float32Array(8).fill(0.3),
    'one negative value': Float32Array.of(-0.4),
    'tiny values': ordinary.map((value) => value * 1e-39),
    zeros: new Float32Array(8),
  };
}
