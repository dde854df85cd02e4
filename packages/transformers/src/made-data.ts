import { type Batch, seededRandom } from '@lowbit/core';
import type { OnnxModel } from '@lowbit/onnx';
import { sizeOf } from '@lowbit/core/adapter';
import { roughNoise } from './rough-noise.js';
import { nodesOf, tensorsOf } from './walk-model.js';
import type { FolderData, GraphInput } from './token-batches.js';

type Values = Batch['inputs'][string];

/** Samples that are made, and tokens of each where their number is open. */
const samples = { tokens: 32, pictures: 16, sounds: 4 } as const;
const tokens = 32;
/** Samples that are run together. */
const together = 4;
/** Values of a sound whose length is open: a second. */
const second = 16_000;

/** How one sample of an input is made, and how many of them. */
interface Maker {
  readonly count: number;
  readonly shape: readonly number[];
  values(random: () => number): ArrayLike<number>;
}

/**
 * Inputs for a graph where nobody gives data: tokens drawn evenly, pictures and sounds of noise that has as much in every octave. They tell
 * what products are multiplied with better than nothing does: a mean and directions that all inputs of a layer share, which come of the weights
 * before it. They tell nothing of how good a result is.
 *
 * @param side Height and width of pictures, where the graph leaves them open.
 * @returns `undefined` for a graph that takes none of these.
 */
export function madeData(
  { proto }: OnnxModel,
  inputs: readonly GraphInput[],
  side: number | undefined,
): FolderData | undefined {
  const makers = new Map<string, Maker>();
  for (const input of inputs) {
    const maker = tokensOf(input, proto) ?? signalOf(input, side);
    if (maker !== undefined) makers.set(input.name, maker);
  }
  if (makers.size === 0) return undefined;
  const count = Math.min(...[...makers.values()].map((maker) => maker.count));
  return {
    names: [...makers.keys()],
    async *read(asked) {
      const random = seededRandom(0);
      const batch = asked.some(({ shape }) => shape?.[0] === 1) ? 1 : together;
      for (let at = 0; at < count; at += batch) {
        const values = asked.map(
          ({ name }) => [name, batchOf(makers.get(name) as Maker, batch, random)] as const,
        );
        yield await Promise.resolve({ inputs: Object.fromEntries(values) });
      }
    },
  };
}

function batchOf({ shape, values }: Maker, batch: number, random: () => number): Values {
  const size = sizeOf(shape);
  const data = new Float32Array(batch * size);
  for (let at = 0; at < batch; at++) data.set(values(random), at * size);
  return { shape: [batch, ...shape], data };
}

/** Rows of the tables that an input looks up. */
function tokensOf({ name, shape }: GraphInput, proto: OnnxModel['proto']): Maker | undefined {
  if (!/^(decoder_)?input_ids$/.test(name) || shape?.length !== 2) return undefined;
  const rows = rowsLookedUp(proto, name);
  if (rows === undefined) return undefined;
  const length = typeof shape[1] === 'number' ? shape[1] : tokens;
  const values = (random: () => number) => Float32Array.from({ length }, () => Math.floor(random() * rows));
  return { count: samples.tokens, shape: [length], values };
}

const counts: Readonly<Record<string, number>> = {
  pixel_values: samples.pictures,
  input_features: samples.sounds,
  input_values: samples.pictures,
};

function signalOf({ name, shape }: GraphInput, side: number | undefined): Maker | undefined {
  const count = counts[name];
  if (count === undefined || shape === null) return undefined;
  const open = name === 'input_values' ? second : name === 'pixel_values' ? side : undefined;
  const sizes = shape.slice(1).map((size, at) => {
    if (typeof size === 'number' && size > 0) return size;
    return name === 'pixel_values' && at === 0 ? 3 : open;
  });
  if (!sizes.every((size) => size !== undefined)) return undefined;
  return { count, shape: sizes, values: (random) => roughNoise(sizes, random) };
}

/** What passes whole numbers on. */
const passing = new Set(['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** How many rows the smallest table has that a graph looks up by an input; `undefined` where it looks up none. */
function rowsLookedUp(model: OnnxModel['proto'], input: string): number | undefined {
  const sizes = new Map(tensorsOf(model).map(({ name, dims }) => [name, Number(dims[0])]));
  const passed = new Set([input]);
  const rows: number[] = [];
  for (const { opType, input: taken, output } of nodesOf(model)) {
    const [first = '', second = ''] = taken;
    if (passing.has(opType) && passed.has(first)) output.forEach((name) => passed.add(name));
    const count = opType === 'Gather' && passed.has(second) ? sizes.get(first) : undefined;
    if (count !== undefined && count > 0) rows.push(count);
  }
  return rows.length === 0 ? undefined : Math.min(...rows);
}
