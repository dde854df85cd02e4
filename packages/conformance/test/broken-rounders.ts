import type { Rounder } from '@lowbit/core';

/** A rounder that keeps every law. */
export const honest: Rounder = {
  kind: 'rounder',
  api: 2,
  name: 'honest',
  needs: ['gram'],
  round: (_values, _scheme, { nearest }) => nearest,
};

const changed = (round: Rounder['round']): Rounder => ({ ...honest, round });

/** Whether no input was always 0. */
const isOrdinary = (gram: Float32Array): boolean => gram[0] !== 0;

let calls = 0;

/** For each law a rounder that breaks this one and no other. */
export const brokenRounders: Readonly<Record<string, Rounder>> = {
  'declares its kind, api, name and needs': { ...honest, needs: ['grams' as 'gram'] },
  'gives one code of a level for each value': changed((_values, _scheme, { nearest, layout, gram }) =>
    layout.inputs === 70 ? nearest.map((code, i) => (i === 209 && isOrdinary(gram) ? 4 : code)) : nearest,
  ),
  'takes inputs that were always 0': changed((_values, _scheme, { nearest, gram }) => {
    if (!isOrdinary(gram)) throw new Error('the matrix has no inverse');
    return nearest;
  }),
  'takes fewer rows of inputs than there are inputs': changed((_values, _scheme, { nearest, layout }) =>
    layout.inputs === 20 ? nearest.subarray(1) : nearest,
  ),
  'takes a single channel of one input': changed((_values, _scheme, { nearest, layout }) =>
    layout.inputs === 1 ? nearest.fill(4) : nearest,
  ),
  'gives the same codes for the same input': changed((_values, _scheme, { nearest, layout }) => {
    const codes = nearest.slice();
    if (layout.channels > 1) codes[codes.length - 1] = calls++ % 4;
    return codes;
  }),
  'does not change what it is given': changed((values, _scheme, { nearest, gram }) => {
    const codes = nearest.slice();
    values.fill(0);
    gram.fill(0);
    return codes;
  }),
  'keeps the levels of a channel whose values all are levels': changed((_values, _scheme, { nearest }) =>
    nearest.map((code) => (code + 1) % 4),
  ),
};
