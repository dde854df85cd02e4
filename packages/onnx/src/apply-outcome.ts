import type { Applied, Outcome } from '@lowbit/core';
import { applyActivations } from './activations/apply-activations.js';
import { siteNotes } from './activations/site-notes.js';
import { withReason } from './integer/with-reason.js';
import { writeIntegers } from './integer/write-integers.js';
import { externalCounts } from './read/external-counts.js';
import type { ExternalFile } from './read/external-files.js';
import { addMetadata } from './rewrite/metadata.js';
import { ownPrefixes } from './rewrite/names.js';
import { rewriteModel } from './rewrite/rewrite-model.js';
import { type DescribedSource, describeSource, type Source } from './source.js';
import { unmetForms } from './unmet-forms.js';
import { externalBytes, settleExternal } from './write/external-data.js';
import { insideReasons } from './write/inside-reasons.js';
import { writeModel } from './write/write-model.js';

/** A quantized model. */
export interface OnnxResult {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** The files that belong beside it, in the form that onnxruntime-web takes; absent when there are none. */
  readonly externalData?: readonly ExternalFile[];
}

/** Writes what was decided into the model that was read from this source, which it changes. */
export async function applyOutcome(
  source: Source,
  outcome: Outcome,
  described: Promise<DescribedSource>,
): Promise<Applied<OnnxResult>> {
  const { bytes, name, optimize, files, external, runtime, integers } = source;
  const sites = siteNotes(outcome.activations.keys());
  const opened = await described;
  const { model: read, description: before } = opened;
  const { proto } = read;
  const marked = unmetForms(source, opened, outcome);
  const prefixes = ownPrefixes(proto);
  const [counts, outside] = [externalCounts(proto), externalBytes(proto)];
  const written = writeIntegers(read, before, outcome, integers, runtime, sites);
  const { model, rest } = written;
  const description = written.changed ? describeSource({ model }, source) : before;
  const reasons = applyActivations(
    model,
    description,
    { ...outcome, weights: rest },
    source,
    sites,
    prefixes.activations,
  );
  const notes = written.notes(
    rewriteModel(model, description.sites, rest, optimize, runtime, prefixes.weights),
  );
  const inside =
    external === true ? insideReasons(description.sites, proto, notes) : new Map<string, string>();
  const storage = notes.map((note) =>
    marked(withReason(withReason(note, reasons.get(note.id)), inside.get(note.id))),
  );
  addMetadata(proto, outcome.plan, { name, bytes: bytes.length }, Object.values(prefixes));
  const externalData = await settleExternal(model, counts, files, source);
  const file = writeModel(model);
  const after = file.length + externalBytes(proto);
  return {
    model: { bytes: file, ...(externalData.length === 0 ? {} : { externalData }) },
    storage,
    activations: sites.notes(),
    modelBytes: { before: bytes.length + outside, after },
  };
}
