import { type Batch, LowbitError } from '@lowbit/core';
import { interfaceOf, onnx, type OnnxModel, type OrtRuntime, readModel } from '@lowbit/onnx';
import { graphsOf } from './dtypes.js';
import type { ModelFolder } from './folder.js';
import { type FolderData, type GraphInput, tokenBatches } from './token-batches.js';

/** Inputs of graphs that another graph of the model gives: what that is called, and its output. */
const givers: Readonly<Record<string, readonly [graph: string, output: string]>> = {
  encoder_hidden_states: ['encoder_model', 'last_hidden_state'],
  inputs_embeds: ['embed_tokens', 'inputs_embeds'],
};

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
 * gives on the same data.
 *
 * @param dataOf Data for a graph that has those inputs; `undefined` where there are none.
 * @returns The input that it lacks, where there is one.
 */
export async function graphBatches(
  graph: GraphOfData,
  dataOf: (model: OnnxModel) => FolderData | undefined,
): Promise<AsyncIterable<Batch> | string | undefined> {
  const { model, path, folder, ort } = graph;
  const { inputs } = interfaceOf(model);
  const data = dataOf(model);
  const batches = data && tokenBatches(data, inputs, path);
  if (data === undefined || typeof batches !== 'string' || ort === undefined) return batches;
  const [name, output] = givers[batches] ?? [];
  const giver = graphsOf(folder.paths).find((one) => one.name === name && one.path !== path);
  if (giver === undefined || output === undefined || data.names === undefined) return batches;
  const bytes = await folder.read(giver.path);
  const from = readModel(bytes, giver.path);
  const before = await graphBatches({ ...graph, model: from, path: giver.path }, dataOf);
  const gives = interfaceOf(from).outputs.some((one) => one.name === output);
  if (typeof before !== 'object' || !gives) return batches;
  const outputs = () =>
    onnx(bytes, { name: giver.path, ort, externalData: folder.beside(giver.path) }).run?.(before);
  const names = [...data.names.map((one) => (one === targets ? tokens : one)), batches];
  const read = (asked: readonly GraphInput[]) =>
    joined(
      decoderBatches(
        data,
        asked.filter((one) => one.name !== batches),
        path,
      ),
      outputs(),
      batches,
      output,
    );
  return tokenBatches({ names, read }, inputs, path);
}

const tokens = 'input_ids';
/** What data call the tokens of a decoder, where they differ from those of its encoder. */
const targets = 'decoder_input_ids';

/** Batches of a decoder, whose tokens are `decoder_input_ids` where data have such. */
async function* decoderBatches(
  data: FolderData,
  asked: readonly GraphInput[],
  path: string,
): AsyncIterable<Batch> {
  const isOther = data.names?.includes(targets) === true;
  const renamed = asked.map((one) => (isOther && one.name === tokens ? { ...one, name: targets } : one));
  for await (const { inputs, ...batch } of data.read(renamed, path)) {
    const own = Object.entries(inputs).map(([name, values]) => [name === targets ? tokens : name, values]);
    yield { ...batch, inputs: Object.fromEntries(own) as Batch['inputs'] };
  }
}

/** Batches with what another graph gave for each of them. */
async function* joined(
  batches: AsyncIterable<Batch>,
  outputs: AsyncIterable<Readonly<Record<string, Batch['inputs'][string]>>> | undefined,
  input: string,
  output: string,
): AsyncIterable<Batch> {
  const given = outputs?.[Symbol.asyncIterator]();
  try {
    for await (const batch of batches) {
      const next = await given?.next();
      const values = next?.done === false ? next.value[output] : undefined;
      if (values === undefined) return;
      const own = Object.values(batch.inputs)[0]?.shape[0];
      if (own !== undefined && own !== values.shape[0]) throw otherBatches(input, own, values.shape[0]);
      yield { ...batch, inputs: { ...batch.inputs, [input]: values } };
    }
  } finally {
    await given?.return?.();
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
