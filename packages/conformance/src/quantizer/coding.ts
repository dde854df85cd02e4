import type { Quantizer } from '@lowbit/core';
import { must, type Law } from '../law.js';
import { normalValues, ordinaryValues } from '../samples.js';
import { fit, reconstruct, usableWidths } from './fit.js';
import { describe } from './parameters.js';

/** Laws on what encoding and decoding make of the fitted parameters. */
export function codingLaws(quantizer: Quantizer, slack: number): readonly Law[] {
  return [
    { title: 'decodes a decoded value to itself', run: () => checkIdempotent(quantizer) },
    { title: 'is never much worse with more bits', run: () => checkMoreBits(quantizer, slack) },
  ];
}

function checkIdempotent(quantizer: Quantizer): void {
  const values = ordinaryValues();
  for (const width of usableWidths(quantizer)) {
    const parameters = fit(quantizer, values, width);
    const once = reconstruct(parameters, values, width.bits);
    const twice = reconstruct(parameters, once, width.bits);
    const index = once.findIndex((value, i) => value !== twice[i]);
    must(
      index < 0,
      () => `${describe(width)}: ${values[index]} decodes to ${once[index]}, and that to ${twice[index]}`,
    );
  }
}

function checkMoreBits(quantizer: Quantizer, slack: number): void {
  const values = normalValues(4096, 11);
  for (const role of quantizer.roles) {
    const widths = usableWidths(quantizer).filter((width) => width.role === role);
    const errors = widths.map((width) => {
      return meanSquaredError(values, reconstruct(fit(quantizer, values, width), values, width.bits));
    });
    errors.slice(1).forEach((error, i) => {
      const [narrow, wide] = [widths[i], widths[i + 1]];
      must(
        error <= slack * (errors[i] as number),
        () =>
          `${role}: mean squared error ${errors[i]} at ${narrow?.bits} bits, ${error} at ${wide?.bits} bits`,
      );
    });
  }
}

function meanSquaredError(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0) / a.length;
}
