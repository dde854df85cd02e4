import type { CellRule, LevelKind } from '../src/levels.js';

/** Integrals of the normal density and of x times it from 0 to each grid point, for x up to 9. */
const end = 9;
const points = 90_000;
const width = end / points;
const mass = new Float64Array(points + 1);
const moment = new Float64Array(points + 1);
for (let i = 0; i < points; i++) {
  const [a, b] = [i * width, (i + 1) * width];
  const middle = (a + b) / 2;
  mass[i + 1] = mass[i]! + (width / 6) * (density(a) + 4 * density(middle) + density(b));
  moment[i + 1] = density(0) - density(b);
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The value of a tabulated integral at x, linear between grid points. */
function at(table: Float64Array, x: number): number {
  const position = Math.min(x / width, points - 1);
  const i = Math.floor(position);
  return table[i]! + (position - i) * (table[i + 1]! - table[i]!);
}

/** The mass and the first moment of each positive level's cell. */
function cells(levels: readonly number[], cell: CellRule): { mass: number; moment: number }[] {
  const lower = levels.map((level, i) =>
    i === 0 ? (cell === 'caffe' ? 0 : level / 2) : (levels[i - 1]! + level) / 2,
  );
  return levels.map((_, i) => {
    const [a, b] = [lower[i]!, lower[i + 1] ?? end];
    return { mass: at(mass, b) - at(mass, a), moment: at(moment, b) - at(moment, a) };
  });
}

/**
 * The positive levels that lose least on the positive half of a standard normal distribution, by fixed-point iteration:
 * the step, or each level, becomes the least-squares fit to the values of its cells (Lloyd).
 */
export function solveLevels(kind: LevelKind, cell: CellRule, bits: number): number[] {
  const count = 2 ** bits - 1;
  let levels = Array.from({ length: count }, (_, i) => ((i + 1) * 3) / (count + 1));
  for (let round = 0; round < 20_000; round++) {
    const next = improved(kind, levels, cells(levels, cell));
    const moved = Math.max(...next.map((level, i) => Math.abs(level - levels[i]!)));
    levels = next;
    if (moved < 1e-13) break;
  }
  return levels;
}

function improved(kind: LevelKind, levels: readonly number[], parts: ReturnType<typeof cells>): number[] {
  if (kind === 'non-uniform') return parts.map((part) => part.moment / part.mass);
  const cross = parts.reduce((sum, part, i) => sum + (i + 1) * part.moment, 0);
  const power = parts.reduce((sum, part, i) => sum + (i + 1) ** 2 * part.mass, 0);
  return levels.map((_, i) => ((i + 1) * cross) / power);
}

/** E[(Q(x) − x)²; x > 0]. */
export function lossOf(levels: readonly number[], cell: CellRule): number {
  return cells(levels, cell).reduce(
    (sum, part, i) => sum - 2 * levels[i]! * part.moment + levels[i]! ** 2 * part.mass,
    0.5,
  );
}
