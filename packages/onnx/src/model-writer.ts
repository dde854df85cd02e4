import type { HalfPrecision, QuantizedTensor, SpeedForecast, StorageNote } from '@lowbit/core';
import { defined, type Applied, type ModelWriter, type Outcome } from '@lowbit/core/adapter';
import { applyActivations } from './activations/apply-activations.js';
import { siteNotes, type SiteNotes } from './sites/site-notes.js';
import type { ModelDescription } from './describe/described-layer.js';
import type { WeightSite } from './describe/weight-site.js';
import type { IntegerForm } from './integer/cost.js';
import { withReason } from './integer/with-reason.js';
import { writeIntegers } from './integer/write-integers.js';
import { externalBytes, leastOutside, placeTensors } from './external/place-tensors.js';
import type { ExternalFile } from './external/files.js';
import { allTensors } from './model/all-tensors.js';
import type { OnnxModel } from './model/model.js';
import { addMetadata } from './describe/metadata.js';
import { mergeEqual } from './graph/merge-equal.js';
import { ownPrefixes } from './graph/names.js';
import { checkTensor, rewriteModel, weightRewriter } from './forms/rewrite-model.js';
import type { ModelProto } from './schema/proto.js';
import type { DescribedSource, ModelSource } from './model-source.js';
import { unmetForms } from './unmet-forms.js';
import { writeModel } from './model/write-model.js';

/** A quantized model. */
export interface OnnxResult {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** The files that belong beside it, in the form that onnxruntime-web takes; absent when there are none. */
  readonly externalData?: readonly ExternalFile[];
}

/** What became of the weights, in a model that is otherwise ready to be written. */
interface WrittenWeights {
  readonly model: OnnxModel;
  readonly description: ModelDescription;
  readonly storage: readonly StorageNote[];
  readonly forecast?: SpeedForecast;
}

/** Takes the weights of a plan, in any order. */
interface WeightTaker {
  add(id: string, tensor: QuantizedTensor, shift?: Float32Array): void;
  finish(): WrittenWeights;
}

/**
 * Writes into the model that `take` gives, which is changed. Weights are packed as they come; where layers may become integers
 * they wait for each other, since integers are chosen by what all of them are.
 */
export function modelWriter(
  source: ModelSource,
  outcome: Outcome,
  take: () => Promise<DescribedSource>,
): ModelWriter<OnnxResult> {
  let begun: Promise<Writing> | undefined;
  const begin = async () => beginWriting(await take(), source, outcome);
  const writing = () => (begun ??= begin());
  return {
    add: async (id, tensor, shift) => (await writing()).weights.add(id, tensor, shift),
    finish: async () => finishWriting(await writing(), source, outcome),
  };
}

/** A model that is being written. */
interface Writing {
  readonly read: OnnxModel;
  /** Names of the constants that it had before. */
  readonly constants: ReadonlySet<string>;
  readonly float16: HalfPrecision | undefined;
  readonly sites: SiteNotes;
  readonly prefixes: ReturnType<typeof ownPrefixes>;
  /** Of external data, before anything was changed. */
  readonly before: DescribedSource['outside'];
  /** Marks notes on forms that are not what the plan told of them. */
  readonly marked: ReturnType<typeof unmetForms>;
  readonly weights: WeightTaker;
}

function beginWriting(read: DescribedSource, source: ModelSource, outcome: Outcome): Writing {
  const { proto } = read.model;
  const marked = unmetForms(read, outcome);
  const constants = new Set(proto.graph?.initializer.map(({ name }) => name));
  const sites = siteNotes(outcome.activations.keys());
  const prefixes = ownPrefixes(proto);
  const { integers } = source;
  const weights =
    integers === undefined || outcome.plan.activations === undefined
      ? packedAtOnce(read, source, outcome, sites, prefixes)
      : chosenTogether(read, { ...source, integers }, outcome, sites, prefixes);
  const { model, float16, outside: before } = read;
  return { read: model, constants, float16, sites, prefixes, before, marked, weights };
}

async function finishWriting(
  { read: { proto }, constants, float16, sites, prefixes, before, marked, weights }: Writing,
  source: ModelSource,
  { plan }: Outcome,
): Promise<Applied<OnnxResult>> {
  const { bytes, name, files, external } = source;
  const { model, description, storage: notes, forecast } = weights.finish();
  const inside =
    external === true ? insideReasons(description.sites, proto, notes) : new Map<string, string>();
  const storage = notes.map((note) => marked(withReason(note, inside.get(note.id))));
  if (float16 !== undefined && storage.length === 0 && before.counts.size === 0) {
    const same = writeModel(model);
    const modelBytes = { before: bytes.length, after: bytes.length };
    if (isSame(same, bytes))
      return { model: { bytes: same }, storage, activations: sites.notes(), float16, modelBytes };
  }
  if (proto.graph !== undefined) mergeEqual(proto.graph, constants);
  addMetadata(proto, plan, { name, bytes: bytes.length }, Object.values(prefixes));
  const externalData = await placeTensors(model, before.counts, files, source);
  const file = writeModel(model);
  const after = file.length + externalBytes(allTensors(proto));
  return {
    model: { bytes: file, ...(externalData.length === 0 ? {} : { externalData }) },
    storage,
    activations: sites.notes(),
    ...defined({ forecast, float16 }),
    modelBytes: { before: bytes.length + before.bytes, after },
  };
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/** No layer becomes an integer one: activations are written first, by standard operators, and each weight when it comes. */
function packedAtOnce(
  read: DescribedSource,
  source: ModelSource,
  outcome: Outcome,
  sites: SiteNotes,
  prefixes: Writing['prefixes'],
): WeightTaker {
  const { model, description } = read;
  const ids = quantizedIds(outcome);
  const reasons = applyActivations(read, { ...outcome, weights: ids }, source, sites, prefixes.activations);
  const rewriter = weightRewriter(model, description.sites, ids, source, prefixes.weights);
  return {
    add: (id, tensor, shift) => rewriter.add(id, tensor, shift && { shift }),
    finish: () => {
      const notes = rewriter.finish();
      return { model, description, storage: notes.map((note) => withReason(note, reasons.get(note.id))) };
    },
  };
}

/** Layers whose weights and inputs allow it become integer ones, the others follow. */
function chosenTogether(
  read: DescribedSource,
  source: ModelSource & { readonly integers: IntegerForm },
  outcome: Outcome,
  sites: SiteNotes,
  prefixes: Writing['prefixes'],
): WeightTaker {
  const { model, description } = read;
  const { integers: form, onlyFaster, integersFor, runtime } = source;
  const weights = new Map<string, QuantizedTensor>();
  const shifts = new Map<string, Float32Array>();
  const ids = quantizedIds(outcome);
  return {
    add(id, tensor, shift) {
      checkTensor(description.sites, ids, id, tensor, model.name);
      if (shift !== undefined) shifts.set(id, shift);
      weights.set(id, tensor);
    },
    finish() {
      const written = writeIntegers(
        read,
        { ...outcome, weights, shifts },
        { form, onlyFaster, integersFor, runtime },
        sites,
      );
      const { model: now, description: left, rest, forecast } = written;
      const reasons = applyActivations(
        { model: now, description: left },
        { ...outcome, weights: new Set(rest.keys()) },
        source,
        sites,
        prefixes.activations,
      );
      const notes = written.notes(
        rewriteModel(now, left.sites, rest, source, { prefix: prefixes.weights, biases: written.biases }),
      );
      const storage = notes.map((note) => withReason(note, reasons.get(note.id)));
      return { model: now, description: left, storage, ...defined({ forecast }) };
    },
  };
}

const quantizedIds = ({ entries }: Outcome): ReadonlySet<string> =>
  new Set(entries.map(({ weight }) => weight.id));

const reason =
  'stays in the model file, since runtimes look for other files on behalf of the main graph alone';

/** Why large weights of subgraphs and functions do not go into another file, by id. */
function insideReasons(
  sites: readonly WeightSite[],
  { graph }: ModelProto,
  notes: readonly StorageNote[],
): ReadonlyMap<string, string> {
  const inner = new Set(sites.flatMap(({ id, source }) => (source.graph === graph ? [] : [id])));
  const large = notes.filter(({ id, storedBytes }) => inner.has(id) && storedBytes >= leastOutside);
  return new Map(large.map(({ id }) => [id, reason]));
}
