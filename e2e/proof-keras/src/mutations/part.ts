import { gate, gateAtMost, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { watchChild, type SeedResult } from './watch-child.js';

const seeds = [1, 2, 3, 4];
/** Damaged files a seed. */
const files = 150;
const mostBytes = 2 ** 30;

/** Valid files, damaged in many ways: each must be read, or end in a typed error, in little time and memory. */
export const mutationsPart: Part = {
  name: 'mutations',
  async measure(tell) {
    const results: SeedResult[] = [];
    for (const seed of seeds) results.push(await watchChild(seed, files, tell));
    const untyped = results.flatMap((each) => each.untyped);
    const hangs = results.flatMap((each) => each.hangs);
    const rows = rowsOf(results);
    return {
      name: 'mutations',
      title: `Damaged files, ${files} for each of ${seeds.length} seeds`,
      rows,
      gates: [
        gateAtMost(named('errors that are not typed', untyped), untyped.length, 0),
        gateAtMost(named('files that hold the process up', hangs), hangs.length, 0),
        gateAtMost('bytes of a process', Math.max(...results.map(({ peakBytes }) => peakBytes)), mostBytes),
        gate(
          'damaged files',
          rows.reduce((sum, { files: count }) => sum + (count as number), 0),
          seeds.length * files,
        ),
      ],
      skipped: [],
    };
  },
};

/** A gate tells the first things that it found. */
function named(name: string, found: readonly string[]): string {
  return [name, ...found.slice(0, 20)].join('\n    ');
}

/** One line a kind of damage: how many files, and how often each outcome came. */
function rowsOf(results: readonly SeedResult[]): readonly Row[] {
  const kinds = new Set(results.flatMap(({ counts }) => [...counts.keys()]));
  return [...kinds].sort().map((kind) => {
    const total = new Map<string, number>();
    for (const { counts } of results)
      for (const [what, count] of counts.get(kind) ?? []) total.set(what, (total.get(what) ?? 0) + count);
    const number = [...total.values()].reduce((sum, count) => sum + count, 0);
    return { damaged: kind, files: number, ...Object.fromEntries([...total].sort()) };
  });
}
