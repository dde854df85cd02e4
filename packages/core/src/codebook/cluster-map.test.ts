import { describe, expect, it } from 'vitest';
import { decode } from '../scheme/decode.js';
import { encode } from '../scheme/encode.js';
import type { Slicing } from '../scheme/types.js';
import { clusterMap } from './cluster-map.js';

/** Two columns, each a slice with the levels −1, 0, 1. */
function twoColumns(slicing: Slicing = { axes: [1] }) {
  const values = Float32Array.of(-1, 0.1, 0.2, 1.5, 0, 1);
  const fit = () => ({ kind: 'codebook', values: Float32Array.of(-1, 0, 1) }) as const;
  const tensor = encode(values, [3, 2], slicing, { bits: 2, fit });
  return { values, tensor, quantized: decode(tensor), frozen: Uint8Array.of(1, 0, 0, 0, 0, 0) };
}

describe('clusterMap', () => {
  it('groups values by slice and code, with their squared error', () => {
    const { slices } = clusterMap(twoColumns());
    const seen = slices.map((clusters) => clusters.map(({ level, size, held }) => [level, size, held]));
    expect(seen).toEqual([
      [
        [-1, 1, true],
        [0, 2, false],
      ],
      [
        [0, 1, false],
        [1, 2, false],
      ],
    ]);
    expect(slices[0]![1]!.error).toBeCloseTo(0.04, 6);
    expect(slices[1]![1]!.error).toBeCloseTo(0.25, 6);
  });

  it('gives a row-major mask of chosen clusters and frozen values', () => {
    const map = clusterMap(twoColumns());
    expect([...map.mask(() => false)]).toEqual([1, 0, 0, 0, 0, 0]);
    expect([...map.mask(({ level }) => level === 1)]).toEqual([1, 0, 0, 1, 0, 1]);
    expect([...map.mask(({ slice, level }) => slice === 0 && level === 0)]).toEqual([1, 0, 1, 0, 1, 0]);
    expect(clusterMap(twoColumns('tensor')).slices.length).toBe(1);
  });

  it('leaves the masks of the weight alone', () => {
    const weight = twoColumns();
    clusterMap(weight).mask(() => true);
    expect([...weight.frozen]).toEqual([1, 0, 0, 0, 0, 0]);
  });
});
