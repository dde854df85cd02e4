import type { Batch } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';

/** An input of a graph, as it declares it. */
export interface GraphInput {
  readonly name: string;
  readonly type: string;
  /** Sizes, names of symbolic ones, `null` for unknown ones; `null` when the number of axes is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** Data that all graphs of a model are run on, as far as they fit. */
export interface FolderData {
  /** The inputs that they name; absent where they are those of every graph. */
  readonly names?: readonly string[];
  /** Reads batches of those inputs for a graph, anew each time. */
  read(inputs: readonly GraphInput[], graph: string): AsyncIterable<Batch>;
}

type Values = Batch['inputs'][string];

/**
 * Data for one graph of a model, of which they name the tokens, and perhaps more: what else it takes is made as transformers.js makes it at
 * the first step, for inputs called as its graphs have them. Masks are ones, types of tokens 0, positions count up, and caches of the past are empty.
 *
 * @returns What it takes that is neither named nor made, where there is such an input.
 */
export function tokenBatches(
  { names, read }: FolderData,
  inputs: readonly GraphInput[],
  graph: string,
): AsyncIterable<Batch> | string {
  const given = inputs.filter(({ name }) => names?.includes(name) ?? true);
  const others = inputs.filter((input) => !given.includes(input));
  // Where a graph has the first step too, it makes the cache of the encoder there; later steps cannot be without.
  const hasFirstStep = inputs.some(({ name }) => name === 'use_cache_branch');
  const isMade = (input: GraphInput) =>
    makerOf(input) !== undefined && (hasFirstStep || !encoderCache.test(input.name));
  const missing = others.find((input) => !isMade(input));
  if (missing !== undefined || given.length === 0) return (missing ?? inputs[0])?.name ?? 'an input';
  return {
    async *[Symbol.asyncIterator]() {
      for await (const { inputs: values, ...batch } of read(given, graph)) {
        const made = others.map((input) => [input.name, makerOf(input)?.(values, input) as Values] as const);
        yield { ...batch, inputs: { ...values, ...Object.fromEntries(made) } };
      }
    },
  };
}

type Maker = (given: Batch['inputs'], input: GraphInput) => Values;

/** How an input is made where data do not have it. */
function makerOf({ name }: GraphInput): Maker | undefined {
  if (/^past_/.test(name)) return emptyPast;
  if (name === 'use_cache_branch') return () => ({ shape: [1], data: Float32Array.of(0) });
  if (/^((encoder|decoder)_)?attention_mask$/.test(name)) return byToken(() => 1, true);
  if (name === 'token_type_ids') return byToken(() => 0, false);
  if (name === 'position_ids') return byToken((at) => at, false);
  return name === 'cache_position' ? positions : undefined;
}

/** Batch and tokens of what a mask belongs to. */
function tokensOf(given: Batch['inputs'], name: string): readonly [number, number] {
  const isOfEncoder = name.startsWith('encoder_');
  const cache = isOfEncoder ? Object.keys(given).find((one) => encoderCache.test(one)) : undefined;
  if (cache !== undefined) return [given[cache]?.shape[0] ?? 1, given[cache]?.shape[2] ?? 1];
  const beside = isOfEncoder ? ['encoder_hidden_states'] : ['decoder_input_ids'];
  const [owner] = [...beside, 'input_ids', 'inputs_embeds', ...Object.keys(given)].filter((one) =>
    Object.hasOwn(given, one),
  );
  const [batch = 1, tokens = 1] = given[owner as string]?.shape ?? [];
  return [batch, tokens];
}

const encoderCache = /^past_key_values\.\d+\.encoder\./;

/** Tokens of the past that are given, as another graph gives them: the third axis of a cache. */
function pastOf(given: Batch['inputs']): number {
  const cache = Object.keys(given).find((name) => /^past_key_values\.\d+\.(decoder\.)?key$/.test(name));
  return cache === undefined ? 0 : (given[cache]?.shape[2] ?? 0);
}

/** A value for each token of a mask, or of all tokens from some place on. */
function byToken(value: (at: number) => number, isOfPast: boolean): Maker {
  return (given, { name }) => {
    const [batch, own] = tokensOf(given, name);
    const past = name.startsWith('encoder_') ? 0 : pastOf(given);
    const [first, tokens] = isOfPast ? [0, past + own] : [past, own];
    const data = Float32Array.from({ length: batch * tokens }, (_, at) => value(first + (at % tokens)));
    return { shape: [batch, tokens], data };
  };
}

const positions: Maker = (given, { name }) => {
  const [, tokens] = tokensOf(given, name);
  const past = pastOf(given);
  return { shape: [tokens], data: Float32Array.from({ length: tokens }, (_, at) => past + at) };
};

/** Nothing of the past: axes whose size is open are 0, but for the samples. */
const emptyPast: Maker = (given, { name, shape }) => {
  const [batch] = tokensOf(given, name);
  const sizes = (shape ?? []).map((size, at) => {
    const open = at === 0 ? batch : 0;
    return typeof size === 'number' && size > 0 ? size : open;
  });
  return { shape: sizes, data: new Float32Array(sizeOf(sizes)) };
};
