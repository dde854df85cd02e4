import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stepOf, stepTable } from './steps.js';

interface Derived {
  bits: number;
  step: number;
  loss: number;
  lossAtPaperStep?: number;
  lossAtCodeStep?: number;
}

const file = new URL('../fixtures/steps.json', import.meta.url);
const derived = JSON.parse(readFileSync(file, 'utf8')) as Derived[];

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Upper tail of the standard normal: Taylor series up to 3, a continued fraction (Laplace) beyond. */
function tail(x: number): number {
  if (x > 3) {
    let fraction = x;
    for (let k = 200; k > 0; k--) fraction = x + k / fraction;
    return density(x) / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) sum += term *= (x * x) / k;
  return 0.5 - density(x) * sum;
}

/** E[x·u] and E[u²] for the code u = i + ½ of the cell [i·step, (i + 1)·step), both signs, clipped. */
function momentsOfCode(step: number, bits: number): { cross: number; power: number } {
  let cross = density(0);
  let power = 0.25;
  for (let i = 1; i < 2 ** (bits - 1); i++) {
    cross += 2 * density(i * step);
    power += 4 * i * tail(i * step);
  }
  return { cross, power };
}

function loss(step: number, bits: number): number {
  const { cross, power } = momentsOfCode(step, bits);
  return 1 - 2 * step * cross + step * step * power;
}

/** The zero of loss'(step) = 2·(step·E[u²] − E[x·u]) by bisection. */
function bestStep(bits: number): number {
  const half = 2 ** (bits - 1);
  let low = 1 / half;
  let high = 8 / half;
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    const { cross, power } = momentsOfCode(middle, bits);
    if (middle * power < cross) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

describe('step table', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('follows from minimising the loss: %i bits', (bits) => {
    const row = stepTable[bits - 1]!;
    // Permits the rounding of sums of thousands of terms in float64.
    expect(Math.abs(bestStep(bits) / row.exact - 1)).toBeLessThan(1e-6);
    expect(Math.abs(loss(row.exact, bits) - row.loss)).toBeLessThan(1e-10);
  });

  it.each([13, 14, 15, 16])('is stationary: %i bits', (bits) => {
    const { exact } = stepTable[bits - 1]!;
    const slope = (step: number) => {
      const { cross, power } = momentsOfCode(step, bits);
      return step * power - cross;
    };
    expect(slope(exact * (1 - 1e-6))).toBeLessThan(0);
    expect(slope(exact * (1 + 1e-6))).toBeGreaterThan(0);
  });

  it('equals the table derived in Python', () => {
    expect(stepTable.map(({ bits, exact, loss }) => ({ bits, exact, loss }))).toEqual(
      derived.map(({ bits, step, loss }) => ({ bits, exact: step, loss })),
    );
  });

  it("prints the paper's Table I, whose losses agree with ours to its last digit from 2 bits on", () => {
    const printed = stepTable.slice(0, 8).map(({ paper, paperLoss }) => [paper, paperLoss]);
    expect(printed).toEqual([
      [1.5959, 0.3625],
      [0.9894, 0.1189],
      [0.5838, 0.0374],
      [0.3327, 0.0115],
      [0.1897, 0.0035],
      [0.1043, 0.001],
      [0.0563, 0.0003],
      [0.0304, 0.0001],
    ]);
    // Half a unit of the fourth decimal, which is all that the paper prints, and float64 noise.
    for (const row of derived.slice(1, 8)) {
      const { paperLoss } = stepTable[row.bits - 1]!;
      expect(Math.abs(row.lossAtPaperStep! - paperLoss!)).toBeLessThan(0.5001e-4);
    }
    expect(derived[0]!.lossAtPaperStep).toBeCloseTo(0.36338, 5);
  });

  it('has lists that differ by less than 1.6 % in the step and 0.28 % in the loss', () => {
    for (const row of derived.slice(0, 8)) {
      const { exact, loss, paper, code } = stepTable[row.bits - 1]!;
      expect(Math.abs(paper! / exact - 1)).toBeLessThan(0.016);
      expect(Math.abs(code! / exact - 1)).toBeLessThan(0.016);
      expect(Math.max(row.lossAtPaperStep!, row.lossAtCodeStep!) / loss).toBeLessThan(1.0028);
    }
  });

  it('continues every list with the exact steps beyond 8 bits', () => {
    expect(stepOf(8, 'paper')).toBe(0.0304);
    expect(stepOf(8, 'code')).toBe(0.0304821810367);
    expect(stepOf(9, 'paper')).toBe(stepOf(9, 'exact'));
    expect(stepOf(16, 'code')).toBe(stepOf(16, 'exact'));
  });

  it.each([0, 17, 1.5, NaN])('refuses %s bits', (bits) => {
    expect(() => stepOf(bits, 'exact')).toThrowError(expect.objectContaining({ code: 'unsupported-bits' }));
  });
});
