/**
 * Splits items, in order, into parts whose sizes sum to at most `budget`; an item that is larger alone is a part of
 * its own.
 */
export function chunksOf<T>(items: readonly T[], sizes: readonly number[], budget: number): T[][] {
  const chunks: T[][] = [];
  let left = 0;
  items.forEach((item, index) => {
    const size = sizes[index] as number;
    const last = chunks[chunks.length - 1];
    if (last === undefined || size > left) {
      chunks.push([item]);
      left = budget - size;
    } else {
      last.push(item);
      left -= size;
    }
  });
  return chunks;
}
