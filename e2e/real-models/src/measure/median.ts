/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs `work` on each item in turn; the results, and the median time of one item in milliseconds. */
export async function timedEach<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<{ results: Result[]; medianMs: number }> {
  const results: Result[] = [];
  const times: number[] = [];
  for (const item of items) {
    const start = performance.now();
    results.push(await work(item));
    times.push(performance.now() - start);
  }
  return { results, medianMs: median(times) };
}
