/** Number of ascending values below the limit, or (`orEqual`) not above it, by bisection. */
export function countBelow(values: Float64Array, limit: number, orEqual = false): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = values[middle] as number;
    if (value < limit || (orEqual && value === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
