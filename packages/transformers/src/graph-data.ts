import { type Batch, LowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { interfaceOf, onnx, type OnnxModel, type OrtRuntime, readModel } from '@lowbit/onnx';
import { graphsOf } from './dtypes.js';
import type { ModelFolder } from './folder.js';
import { type FolderData, type GraphInput, tokenBatches } from './token-batches.js';

/** Inputs of graphs that another graph of the model gives: what that is called, and its output. */
function giverOf(input: string): readonly [graph: string, output: string] | undefined {
  if (input === 'encoder_hidden_states') return ['encoder_model', 'last_hidden_state'];
  if (input === 'inputs_embeds') return ['embed_tokens', 'inputs_embeds'];
  const [, cached] = /^past_key_values\.(.+)$/.exec(input) ?? [];
  return cached === undefined ? undefined : ['decoder_model', `present.${cached}`];
}

/** A graph that data are for. */
export interface GraphOfData {
  readonly model: OnnxModel;
  readonly path: string;
  readonly folder: ModelFolder;
  /** What runs other graphs. */
  readonly ort: OrtRuntime | undefined;
}

/**
 * Data for a graph, as {@link tokenBatches} gives them; what another graph of the model gives, as an encoder does for a decoder, is what that
 * gives on the same data. A graph of later steps alone, which takes no `use_cache_branch`, gets the cache of the first one.
 *
 * @param dataOf Data for a graph that has those inputs; `undefined` where there are none.
 * @returns The input that it lacks, where there is one.
 */
export async function graphBatches(
  graph: GraphOfData,
  dataOf: (model: OnnxModel) => FolderData | undefined,
): Promise<AsyncIterable<Batch> | string | undefined> {
  const { inputs } = interfaceOf(graph.model);
  const found = dataOf(graph.model);
  if (found === undefined) return undefined;
  const data = ofDecoder(found, inputs);
  const { names } = data;
  if (names === undefined || graph.ort === undefined) return tokenBatches(data, inputs, graph.path);
  const hasFirstStep = inputs.some(({ name }) => name === 'use_cache_branch');
  const others = inputs.filter(
    ({ name }) => !names.includes(name) && !(hasFirstStep && name.startsWith('past_')),
  );
  const givers = new Map<string, Giver>();
  for (const { name } of others) {
    const [from, output] = giverOf(name) ?? [];
    if (from === undefined || output === undefined) continue;
    const giver = givers.get(from) ?? (await openGiver(from, graph, dataOf));
    if (giver === undefined) continue;
    givers.set(from, giver);
    if (giver.outputs.has(output)) giver.given.set(name, output);
  }
  const own = [...givers.values()].filter(({ given }) => given.size > 0);
  const given = own.flatMap((giver) => [...giver.given.keys()]);
  const read = (asked: readonly GraphInput[]) => {
    const rest = asked.filter(({ name }) => !given.includes(name));
    return own.reduce(joined, rest.length === 0 ? withoutInputs() : data.read(rest, graph.path));
  };
  return tokenBatches({ names: [...names, ...given], read }, inputs, graph.path);
}

/** A graph whose outputs are inputs of others. */
interface Giver {
  readonly outputs: ReadonlySet<string>;
  /** What it gives: outputs by the names of inputs. */
  readonly given: Map<string, string>;
  run(): AsyncIterable<Batch['inputs']> | undefined;
}

/** Opens a graph that gives what another takes; `undefined` where there is none, or data do not fit it. */
async function openGiver(
  name: string,
  { folder, path, ort }: GraphOfData,
  dataOf: (model: OnnxModel) => FolderData | undefined,
): Promise<Giver | undefined> {
  const found = graphsOf(folder.paths).find((one) => one.name === name && one.path !== path);
  if (found === undefined) return undefined;
  const bytes = await folder.read(found.path);
  const model = readModel(bytes, found.path);
  const batches = await graphBatches({ model, path: found.path, folder, ort }, dataOf);
  if (typeof batches !== 'object') return undefined;
  const port = onnx(bytes, {
    name: found.path,
    externalData: folder.beside(found.path),
    ...defined({ ort }),
  });
  return {
    outputs: new Set(interfaceOf(model).outputs.map((one) => one.name)),
    given: new Map(),
    run: () => port.run?.(batches),
  };
}

const tokens = 'input_ids';
/** What data call the tokens of a decoder, where they differ from those of its encoder. */
const targets = 'decoder_input_ids';

/** Data as a decoder takes them, whose tokens are `decoder_input_ids` where they have such. */
function ofDecoder(data: FolderData, inputs: readonly GraphInput[]): FolderData {
  const { names, read } = data;
  const isDecoder = inputs.some(({ name }) => /^encoder_|^past_|^use_cache_branch$/.test(name));
  if (!isDecoder || names?.includes(targets) !== true || inputs.some(({ name }) => name === targets))
    return data;
  return {
    names: [...names.filter((one) => one !== tokens && one !== targets), tokens],
    async *read(asked, graph) {
      const renamed = asked.map((one) => (one.name === tokens ? { ...one, name: targets } : one));
      for await (const { inputs: values, ...batch } of read(renamed, graph)) {
        const own = Object.entries(values).map(([name, one]) => [name === targets ? tokens : name, one]);
        yield { ...batch, inputs: Object.fromEntries(own) as Batch['inputs'] };
      }
    },
  };
}

/** As many batches as others give inputs of. */
async function* withoutInputs(): AsyncIterable<Batch> {
  for (;;) yield await Promise.resolve({ inputs: {} });
}

/** Batches with what another graph gave for each of them. */
async function* joined(batches: AsyncIterable<Batch>, { given, run }: Giver): AsyncIterable<Batch> {
  const outputs = run()?.[Symbol.asyncIterator]();
  try {
    for await (const batch of batches) {
      const next = await outputs?.next();
      if (next?.done !== false) return;
      const values = next.value;
      const own = Object.values(batch.inputs)[0]?.shape[0];
      const more = [...given].map(([input, output]) => {
        const one = values[output] as Batch['inputs'][string];
        if (own !== undefined && own !== one.shape[0]) throw otherBatches(input, own, one.shape[0]);
        return [input, one] as const;
      });
      yield { ...batch, inputs: { ...batch.inputs, ...Object.fromEntries(more) } };
    }
  } finally {
    await outputs?.return?.();
  }
}

const otherBatches = (input: string, own: number, other = 0): LowbitError =>
  new LowbitError({
    code: 'calibration-invalid',
    where: input,
    expected: `as many samples as the tokens beside it, ${own}`,
    received: `${other}`,
    remedy: 'Give lines whose inputs of the encoder are as long where those of the decoder are.',
  });
