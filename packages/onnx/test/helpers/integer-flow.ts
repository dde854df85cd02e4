import { quantize, type Batch, type ModelPort, type Quantizer, type Recipe } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describeModel } from '../../src/describe/describe-model.js';
import { activationSites } from '../../src/integer/activation-sites.js';
import type { IntegerForm } from '../../src/integer/cost.js';
import { integerModel } from '../../src/integer/integer-model.js';
import { layerDescriptors } from '../../src/layer-descriptors.js';
import { observeModel } from '../../src/observe/observe-model.js';
import { readModel } from '../../src/read/read-model.js';
import { rewriteModel } from '../../src/rewrite/rewrite-model.js';
import { writeModel } from '../../src/write/write-model.js';
import { plainAbsmax } from './plain-quantizers.js';

export interface IntegerResult {
  readonly bytes: Uint8Array;
  /** Forms and reasons by weight. */
  readonly forms: ReadonlyMap<string, string>;
  readonly reasons: ReadonlyMap<string, string>;
  readonly sites: readonly string[];
}

/** Observes a model on batches, quantizes weights and activations, and rewrites it with integer operators. */
export async function integerFlow(
  bytes: Uint8Array,
  form: IntegerForm,
  batches: readonly Batch[],
  activations: Quantizer,
  recipe: Recipe = {},
): Promise<IntegerResult> {
  const port = integerPort(bytes, form);
  const calibration = await port.observe!(batches);
  const { model, report } = await quantize(port, {
    weights: plainAbsmax,
    bits: 8,
    activations,
    calibration,
    ...recipe,
  });
  const forms = new Map(report.weights.map((row) => [row.id, row.form] as const));
  return { ...model, forms, sites: Object.keys(calibration.sites) };
}

type Rewritten = Pick<IntegerResult, 'bytes' | 'reasons'>;

function integerPort(bytes: Uint8Array, form: IntegerForm): ModelPort<Rewritten> {
  const open = () => {
    const model = readModel(bytes);
    return { model, description: describeModel(model) };
  };
  const sitesOf = () => {
    const { model, description } = open();
    return { description, sites: activationSites(model, description, form) };
  };
  return {
    name: 'onnx',
    supports: { schemes: ['affine'], parameterStorage: ['float32'], activations: true },
    layers() {
      const { description, sites } = sitesOf();
      return layerDescriptors(description.layers).map((layer) => ({
        ...layer,
        sites: sites.get(layer.id) ?? [],
      }));
    },
    observe(batches, options) {
      const all = [...sitesOf().sites.values()].flat();
      return observeModel(
        open().model,
        [...new Map(all.map((site) => [site.id, site])).values()],
        ort,
        batches,
        options,
      );
    },
    apply(outcome) {
      const { model, description } = open();
      const { model: written, storage, reasons } = integerModel(model, description, outcome, form);
      const done = new Set(storage.map(({ id }) => id));
      const rest = new Map([...outcome.weights].filter(([id]) => !done.has(id)));
      const notes = rewriteModel(written, describeModel(written).sites, rest, 'speed');
      const result = { bytes: writeModel(written), reasons };
      const modelBytes = { before: bytes.length, after: result.bytes.length };
      return { model: result, storage: [...storage, ...notes], modelBytes };
    },
  };
}
