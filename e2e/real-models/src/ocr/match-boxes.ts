import type { Region } from '../image/image.js';

/** Area of the overlap divided by the area of the union, 0…1. */
export function overlap(a: Region, b: Region): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const common = width * height;
  return common / (a.width * a.height + b.width * b.height - common);
}

/** How many of `wanted` have a partner in `found` that overlaps by at least `least`; best pairs first, each box once. */
export function matchedBoxes(wanted: readonly Region[], found: readonly Region[], least = 0.5): number {
  const pairs = wanted
    .flatMap((a, i) => found.map((b, j) => ({ i, j, score: overlap(a, b) })))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score);
  const taken = { wanted: new Set<number>(), found: new Set<number>() };
  for (const { i, j } of pairs) {
    if (taken.wanted.has(i) || taken.found.has(j)) continue;
    taken.wanted.add(i);
    taken.found.add(j);
  }
  return taken.wanted.size;
}
