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
  const missing = others.find((input) => makerOf(input) === undefined);
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
  if (/^((encoder|decoder)_)?attention_mask$/.test(name)) return byToken(() => 1);
  if (name === 'token_type_ids') return byToken(() => 0);
  if (name === 'position_ids') return byToken((at) => at);
  return name === 'cache_position' ? positions : undefined;
}

/** Batch and tokens of what a mask belongs to. */
function tokensOf(given: Batch['inputs'], name: string): readonly [number, number] {
  const beside = name.startsWith('encoder_') ? ['encoder_hidden_states'] : ['decoder_input_ids'];
  const [owner] = [...beside, 'input_ids', 'inputs_embeds', ...Object.keys(given)].filter((one) =>
    Object.hasOwn(given, one),
  );
  const [batch = 1, tokens = 1] = given[owner as string]?.shape ?? [];
  return [batch, tokens];
}

const byToken =
  (value: (at: number) => number): Maker =>
  (given, { name }) => {
    const [batch, tokens] = tokensOf(given, name);
    const data = Float32Array.from({ length: batch * tokens }, (_, at) => value(at % tokens));
    return { shape: [batch, tokens], data };
  };

const positions: Maker = (given, { name }) => {
  const [, tokens] = tokensOf(given, name);
  return { shape: [tokens], data: Float32Array.from({ length: tokens }, (_, at) => at) };
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
