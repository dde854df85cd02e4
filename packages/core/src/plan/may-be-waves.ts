/** Numbers of a weight's lines along one axis. */
interface Lines {
  readonly count: number;
  readonly length: number;
  /** The values `from` … `to` − 1 of a line. */
  read(line: number, from: number, to: number): Float64Array;
}

/** Lines that are looked at, in groups of neighbours, which lie together in memory. */
const [groups, neighbours] = [4, 8];
/** Values of a line that are looked at, in its middle, where windows are largest: a part of a sinusoid is one. */
const mostTaps = 128;
/** Part of a sinusoid's energy that what its neighbours do not tell of it may have; of noise it is twice the energy. */
const mostUntold = 0.5;

/**
 * Whether filters can be sampled sinusoids under a window that they share, by a few of them: most weights of ordinary layers are told
 * from such at once. A value of a sinusoid and what its two neighbours add up to have one ratio all along,
 *
 *     cos(ω(n + 1) + φ) + cos(ω(n − 1) + φ) = 2 cos ω · cos(ωn + φ)
 *
 * and the squares of many add up to the square of their window, nearly. Where there are no more lines than these, they can be.
 */
export function mayBeWaves({ count, length, read }: Lines): boolean {
  if (count <= groups * neighbours) return true;
  const from = Math.max(0, (length - mostTaps) >> 1);
  const to = Math.min(length, from + mostTaps);
  const lines = Array.from({ length: groups * neighbours }, (_, at) => {
    const first = Math.floor((Math.floor(at / neighbours) * (count - neighbours)) / (groups - 1));
    return read(first + (at % neighbours), from, to);
  });
  const window = windowOf(lines);
  const energies = lines.map(energyOf);
  const most = Math.max(...energies);
  const strongest = lines[energies.indexOf(most)];
  // What is not finite, or nothing but zeros, is told elsewhere.
  return strongest === undefined || !(untold(strongest, window) > mostUntold * most);
}

function windowOf(lines: readonly Float64Array[]): Float64Array {
  const squares = new Float64Array(lines[0]?.length ?? 0);
  for (const line of lines)
    for (let n = 0; n < line.length; n++) squares[n]! += (line[n] as number) * (line[n] as number);
  return squares.map(Math.sqrt);
}

/** Least squares of what neighbours add up to, by a ratio to the value between them: the rest, as the window weighs it. */
function untold(line: Float64Array, window: Float64Array): number {
  let [sums, products, squares] = [0, 0, 0];
  for (let n = 1; n + 1 < line.length; n++) {
    const [before, own, after] = [window[n - 1] as number, window[n] as number, window[n + 1] as number];
    if (before === 0 || own === 0 || after === 0) continue;
    const value = line[n] as number;
    const sum = own * ((line[n - 1] as number) / before + (line[n + 1] as number) / after);
    sums += sum * sum;
    products += sum * value;
    squares += value * value;
  }
  return squares === 0 ? 0 : sums - products ** 2 / squares;
}

function energyOf(line: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < line.length; n++) sum += (line[n] as number) * (line[n] as number);
  return sum;
}
