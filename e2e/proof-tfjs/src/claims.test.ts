import { expect, test } from 'vitest';
import { checkClaims, fullClaims, shortClaims } from './claims.js';

const accuracies = {
  float: 91,
  slq: 90.2,
  ul2q: 89.4,
  mlq: 90,
  'slq-ternary': 89.5,
  progressive: 90.5,
  hwgq: 88.5,
  sign: 86,
  horq: 88,
  xnor: 86,
};

test('each claim is kept or missed by its own figure', () => {
  const missed = checkClaims(fullClaims, accuracies).filter(({ kept }) => !kept);
  expect(missed.map(({ text }) => text)).toEqual(['μL2Q at 2 bits loses at most 1.5 points']);
  expect(missed[0]!.figure).toBeCloseTo(-1.6, 9);
});

test('recovery is the share of what XNOR-Net loses', () => {
  const recovery = (horq: number) => checkClaims(fullClaims, { ...accuracies, horq }).at(-1)!;
  expect(recovery(88).figure).toBeCloseTo(0.4, 9);
  expect(recovery(87.6).kept).toBe(false);
});

test('claims about runs that were not made are left out; equal is not better', () => {
  expect(checkClaims(fullClaims, { float: 91 }).map(({ kept }) => kept)).toEqual([true]);
  expect(checkClaims(shortClaims, { float: 80, hwgq: 70, sign: 70 }).map(({ kept }) => kept)).toEqual([
    false,
  ]);
});
