import type { NetworkRow } from './networks/measure-network.js';
import type { Measured, Place } from './place.js';
import { works } from './work.js';

/** How many times as fast as a rival some work is to be: where the kernels have plain SIMD, and where they have relaxed SIMD. */
interface Goal {
  readonly what: string;
  /** Names of the layers, whose times are added. */
  readonly layers: readonly string[];
  /** Who of the kernels, and which of the rivals; the fastest of all of them where it is left out. */
  readonly own: string;
  readonly rival?: string;
  readonly simd?: number;
  readonly relaxed?: number;
}

/** A goal, and what became of it. */
export interface Reached {
  readonly what: string;
  readonly place: Place;
  readonly own: string;
  readonly rival: string;
  readonly goal: number | undefined;
  /** 80 % of the goal; `undefined` where there is none, or where the processor lacks what it presupposes. */
  readonly least: number | undefined;
  /** Of the fastest rounds, and of medians. */
  readonly fastest: number;
  readonly median: number;
  readonly passed: boolean;
}

const convs = works.filter(({ kind }) => kind === 'conv').map(({ name }) => name);
const conv = (own: string, rival: string, simd?: number, relaxed?: number): Goal => ({
  ...{ what: 'four convolutions of ResNet', layers: convs, own, rival },
  ...(simd !== undefined && { simd }),
  ...(relaxed !== undefined && { relaxed }),
});
const product = (name: string, own: string, goal: Omit<Goal, 'what' | 'layers' | 'own'>): Goal => ({
  ...{ what: name, layers: [name], own },
  ...goal,
});
const [square, row, longRow] = ['product 512×512×512', 'product 1×1024×1024', 'product 1×4096×4096'] as const;
const [tfjs, int8] = ['tfjs-wasm float32', 'LiteRT.js int8'] as const;

const goals: readonly Goal[] = [
  conv('8 × 8', tfjs, 1.8, 5.3),
  conv('8 × 8 static', int8, undefined, 1),
  conv('4 × 8 static', 'LiteRT.js int4', undefined, 50),
  conv('4 × 8 static', int8, undefined, 0.95),
  conv('1 × 1', tfjs, 14, 17),
  conv('1 × 1', int8, undefined, 3.3),
  conv('1 × 2', tfjs, 7.5, 10),
  conv('1 × 2', int8, undefined, 1.9),
  product(square, '1 × 1 + 1', { rival: tfjs, simd: 5.5, relaxed: 7.5 }),
  product(square, 'ternary × 1', { rival: tfjs, simd: 6.5, relaxed: 8.5 }),
  product(row, '1 × 1', {}),
  product(longRow, '1 × 1', {}),
  product(longRow, '1 × 1', { rival: int8, relaxed: 10 }),
  product(row, '1 × 8', {}),
  product(longRow, '1 × 8', {}),
  product(row, '2 × 8', { rival: 'LiteRT.js int2', relaxed: 15 }),
  product(longRow, '2 × 8', { rival: 'LiteRT.js int2', relaxed: 15 }),
  product(row, '4 × 8', { rival: 'LiteRT.js int4', relaxed: 1.2 }),
  product(longRow, '4 × 8', { rival: 'LiteRT.js int4', relaxed: 1.2 }),
];

/** The same of whole networks, in Node, beside TensorFlow.js. */
export function reachedByNetworks(networks: readonly NetworkRow[]): Reached[] {
  return networks.flatMap(({ network, timings, variants }) =>
    variants.map(({ name, goal, least }) => {
      const { fastestRatio: fastest, ratio: median } = timings.find((timing) => timing.name === name)!;
      const passed = least === undefined || fastest >= least;
      const sides = { what: network, place: 'node', own: name, rival: tfjs } as const;
      return { ...sides, goal, least, fastest, median, passed };
    }),
  );
}

/** At least so much of each goal. */
const share = 0.8;

/**
 * All goals that were measured in a place.
 *
 * @param hasDot Whether the processor multiplies integers of 8 bits in one instruction, which goals beside LiteRT.js presuppose: without,
 *   they are shown, and nothing can be missed.
 */
export function reachedGoals({ place, facts, rows }: Measured, hasDot: boolean): Reached[] {
  return goals.flatMap(({ what, layers, own, rival: wanted, simd, relaxed }) => {
    const own_ = timesOf(own);
    const rival = wanted ?? fastestRival(layers);
    const others = rival === undefined ? undefined : timesOf(rival);
    if (!own_ || !others) return [];
    const goal = facts.variant === 'relaxed' ? relaxed : simd;
    const isGated = goal !== undefined && (hasDot || !rival!.startsWith('LiteRT'));
    const least = isGated ? share * goal : undefined;
    const [fastest, median] = [others.fastest / own_.fastest, others.median / own_.median];
    const passed = least === undefined || fastest >= least;
    return [{ what, place, own, rival: rival!, goal, least, fastest, median, passed }];

    /** Of all layers together; `undefined` where one of them was not measured. */
    function timesOf(name: string) {
      const found = layers.map((layer) =>
        rows.find(({ work }) => work === layer)?.timings.find((timing) => timing.name === name),
      );
      if (!found.every((timing) => timing !== undefined)) return undefined;
      const sum = (key: 'fastest' | 'median') => found.reduce((total, timing) => total + timing[key], 0);
      return { fastest: sum('fastest'), median: sum('median') };
    }
  });

  function fastestRival(layers: readonly string[]): string | undefined {
    const timings = rows.find(({ work }) => work === layers[0])?.timings ?? [];
    const rivals = timings.filter(({ name }) => !name.includes('×'));
    return rivals.sort((one, other) => one.fastest - other.fastest)[0]?.name;
  }
}
