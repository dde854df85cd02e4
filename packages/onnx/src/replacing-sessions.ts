import type { LayerDescriptor, WeightDescriptor } from '@lowbit/core';
import { type DescribedSource, readDescribed, type ModelSource } from './model-source.js';
import type { OrtRuntime, OrtTensor } from './observe/ort.js';
import { readableOutputs } from './observe/readable-outputs.js';
import {
  addOutputs,
  canBeInput,
  changedBytes,
  checkReplaced,
  weightFeeds,
  weightsToInputs,
  writeValues,
  type WeightInput,
} from './observe/replaced-weights.js';
import { openModel, type OpenModel } from './observe/run-model.js';
import { withFiles } from './observe/with-files.js';
import type { GraphProto } from './schema/proto.js';

/** A model that is open for one run. */
export interface Opened {
  readonly open: OpenModel;
  /** Inputs beside those of batches. */
  readonly more: Readonly<Record<string, OrtTensor>>;
  /** To be called when the run is over. */
  close(): Promise<void>;
}

/** A session some of whose inputs are weights. */
interface Session {
  readonly open: OpenModel;
  readonly inputs: ReadonlyMap<string, WeightInput>;
  readonly want: string;
  /** Whether a run has it. */
  isBusy: boolean;
}

/** What a run replaces and wants. */
interface Request {
  readonly replace: ReadonlyMap<string, Float32Array>;
  readonly want: readonly string[];
}

/** Sessions of a model whose weights can be replaced. */
export interface ReplacingSessions {
  open(request: Request): Promise<Opened>;
  /** Gives back the session that is kept for the next run. */
  release(): Promise<void>;
}

/**
 * One session is kept, whose inputs are all weights of the model, whichever are replaced: runtimes fold and join what is constant, so that
 * what a run gives would otherwise depend on the runs before it, in the last digits.
 * Weights of subgraphs and functions cannot be inputs: a run that replaces one of these has a session of its own.
 */
export function replacingSessions(
  source: ModelSource,
  ort: OrtRuntime,
  layers: () => Promise<readonly LayerDescriptor[]>,
): ReplacingSessions {
  let kept: Session | undefined;
  const weights = async () =>
    new Map((await layers()).flatMap((layer) => layer.weights.map((weight) => [weight.id, weight] as const)));
  const start = async (request: Request): Promise<Session> => {
    const read = await readDescribed(source);
    const { model } = read;
    const { inputs, outputs, bytes } = changed(read, request);
    const open = await openModel({ model, outputs }, bytes, await withFiles(ort, model, source.files));
    const required = new Map(
      [...open.required].filter(([name]) => ![...inputs.values()].some((input) => input.name === name)),
    );
    return { open: { ...open, required }, inputs, want: request.want.join('\n'), isBusy: false };
  };
  const release = async () => {
    const [session] = [kept];
    kept = undefined;
    if (session !== undefined && !session.isBusy) await session.open.session.release();
  };
  return {
    release,
    async open(request) {
      const known = await weights();
      checkReplaced(known, request.replace);
      const ids = [...request.replace.keys()];
      const serves = (session: Session) =>
        !session.isBusy &&
        session.want === request.want.join('\n') &&
        ids.every((id) => session.inputs.has(id));
      let session = kept;
      if (session === undefined || !serves(session)) {
        session = await start(request);
        await release();
        if (ids.every((id) => session?.inputs.has(id))) kept = session;
      }
      const taken = session;
      taken.isBusy = true;
      const close = async () => {
        taken.isBusy = false;
        if (kept !== taken) await taken.open.session.release();
      };
      const values = await valuesOf(taken, request.replace, known);
      return { open: taken.open, more: weightFeeds(taken.inputs, values, ort), close };
    },
  };
}

/** The model with weights as inputs, and those overwritten that cannot be. */
function changed(read: DescribedSource, { replace, want }: Request) {
  const { sites } = read.description;
  const graph = read.model.proto.graph as GraphProto;
  const { model, outputs } = readableOutputs(read.model);
  const { node, initializer, output } = model.proto.graph as GraphProto;
  Object.assign(graph, { node: [...node], initializer: [...initializer], output: [...output] });
  addOutputs(read, want);
  const inputs = weightsToInputs(
    read,
    sites.filter((site) => canBeInput(read, site)),
  );
  for (const site of sites) {
    const values = replace.get(site.id);
    if (values !== undefined && !inputs.has(site.id)) writeValues(site, values);
  }
  return { inputs, outputs, bytes: changedBytes(read) };
}

/** The values of all weights that are inputs: replaced, or the model's own. */
async function valuesOf(
  { inputs }: Session,
  replace: ReadonlyMap<string, Float32Array>,
  weights: ReadonlyMap<string, WeightDescriptor>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const id of inputs.keys())
    values.set(id, replace.get(id) ?? (await (weights.get(id) as WeightDescriptor).read()));
  return values;
}
