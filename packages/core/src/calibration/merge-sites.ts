import {
  isComplete,
  type RangeStatistics,
  type SiteStatistics,
  type ValueHistogram,
} from './site-statistics.js';
import { mergeMoments, type Moments } from './summarize.js';

type Site = RangeStatistics | SiteStatistics;

/**
 * What parts of the data tell together of one site: ranges alone where one has no more. Counts, ranges, mean and deviation are those of
 * the whole; averages of ranges that move count each part by its batches, a histogram is put into as many bins over all that was seen,
 * and of each part's sample as many values are taken as its share is.
 *
 * @param parts One at least.
 */
export function mergeSites(parts: readonly Site[]): Site {
  const seen = parts.filter(({ count }) => count > 0);
  const [first] = seen;
  const nonFinite = sum(parts, (part) => part.nonFinite);
  if (first === undefined) return { ...(parts[0] as Site), nonFinite };
  const ranges = { ...rangesOf(seen), nonFinite };
  if (!parts.every(isComplete)) return ranges;
  const complete = seen.filter(isComplete);
  const moments = complete.map(momentsOf).reduce(mergeMoments);
  return {
    ...ranges,
    mean: moments.mean,
    deviation: Math.sqrt(moments.squares / moments.count),
    histogram: mergeHistograms(complete.map(({ histogram }) => histogram)),
    sample: mergeSamples(complete),
  };
}

const sum = (parts: readonly Site[], of: (part: Site) => number): number =>
  parts.reduce((all, part) => all + of(part), 0);

function rangesOf(parts: readonly Site[]): Omit<RangeStatistics, 'nonFinite'> {
  const batches = sum(parts, (part) => part.batches);
  const moving = (of: (part: Site) => number) => sum(parts, (part) => of(part) * part.batches) / batches;
  return {
    count: sum(parts, ({ count }) => count),
    batches,
    min: parts.reduce((least, { min }) => Math.min(least, min), Infinity),
    max: parts.reduce((most, { max }) => Math.max(most, max), -Infinity),
    movingMin: moving(({ movingMin }) => movingMin),
    movingMax: moving(({ movingMax }) => movingMax),
  };
}

const momentsOf = ({ count, mean, deviation }: SiteStatistics): Moments => ({
  count,
  mean,
  squares: deviation ** 2 * count,
});

/** Each bin goes where its middle lies; bins of equal ranges go into each other. */
function mergeHistograms(parts: readonly ValueHistogram[]): ValueHistogram {
  const min = parts.reduce((least, part) => Math.min(least, part.min), Infinity);
  const max = parts.reduce((most, part) => Math.max(most, part.max), -Infinity);
  const bins = parts.reduce((most, { counts }) => Math.max(most, counts.length), 1);
  const counts = new Array<number>(bins).fill(0);
  for (const part of parts) {
    const width = (part.max - part.min) / part.counts.length;
    for (const [i, count] of part.counts.entries()) {
      const middle = part.min + (i + 0.5) * width;
      const bin = max > min ? Math.floor(((middle - min) / (max - min)) * bins) : 0;
      counts[Math.min(bins - 1, bin)]! += count;
    }
  }
  return { min, max, counts };
}

function mergeSamples(parts: readonly SiteStatistics[]): readonly number[] {
  const size = parts.reduce((most, { sample }) => Math.max(most, sample.length), 0);
  const total = sum(parts, ({ count }) => count);
  const all = parts.reduce((length, { sample }) => length + sample.length, 0);
  // All values of small parts are there still.
  if (all === total && all <= size) return parts.flatMap(({ sample }) => sample);
  return parts.flatMap(({ sample, count }) => sample.slice(0, Math.round((size * count) / total)));
}
