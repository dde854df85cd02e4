/**
 * The exponent p of time ∝ count^p that fits best on logarithmic scales, by least squares. 1 is linear.
 *
 * @param points Pairs of a count and the time for all of it.
 */
export function fitExponent(points: readonly (readonly [count: number, time: number])[]): number {
  const logs = points.map(([count, time]) => [Math.log(count), Math.log(time)] as const);
  const mean = (at: 0 | 1) => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const along = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const spread = logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return along / spread;
}
