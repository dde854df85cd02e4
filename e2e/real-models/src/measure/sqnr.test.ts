import { expect, it } from 'vitest';
import { sqnrDb } from './sqnr.js';

it('is 20 dB when the error is a tenth of the signal', () => {
  expect(sqnrDb([Float32Array.of(10, 0)], [Float32Array.of(10, 1)])).toBeCloseTo(20, 10);
});

it('takes all arrays together', () => {
  const float = [Float32Array.of(3), Float32Array.of(4)];
  expect(sqnrDb(float, [Float32Array.of(3), Float32Array.of(3.5)])).toBeCloseTo(20, 10);
});

it('is endless for equal outputs and hopeless for outputs that are not numbers', () => {
  expect(sqnrDb([Float32Array.of(1)], [Float32Array.of(1)])).toBe(Infinity);
  expect(sqnrDb([Float32Array.of(1)], [Float32Array.of(Number.NaN)])).toBe(-Infinity);
});

it('refuses outputs of different shapes', () => {
  expect(() => sqnrDb([new Float32Array(2)], [new Float32Array(3)])).toThrow('different shapes');
});
