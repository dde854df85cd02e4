import type { FittedSite } from '@lowbit/core/adapter';
import { siteId } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { inputQuantizer } from '../activations/input-quantizer.js';
import { writableSites } from '../activations/writable-sites.js';
import { surveyModel } from '../model/survey.js';

type Layer = layers.Layer;
type Call = Layer['call'];
type Inputs = Parameters<Call>[0];
type Result = ReturnType<Call>;
type Within = <R>(run: () => R) => R;

/** What happens around the calls of one layer. */
interface CallChange {
  /** Variables that read as something else during the call. */
  readonly reads?: ReadonlyMap<LayerVariable, () => tf.Tensor>;
  /** Replaces the call. `call` is the layer's own; it and `within` run with the variables reading as above. */
  readonly around?: (inputs: Inputs, call: (inputs: Inputs) => Result, within: Within) => Result;
}

/** The changes of the calls of a model's layers. */
interface LayerCalls {
  change(layer: Layer, change: CallChange): void;
  /** Whether the layer's call is changed. */
  has(layer: Layer): boolean;
  /** Gives every layer the call back that it had before. */
  restore(): void;
}

/**
 * Changes how layers of a running model compute, without touching its topology: each changed layer gets a `call` of its
 * own, and its variables read as quantized while that runs. Outside calls (optimizers, regularizers, saving) they read as
 * they are.
 */
export function layerCalls(): LayerCalls {
  const changes = new Map<Layer, CallChange>();
  const before = new Map<Layer, Call | undefined>();
  return {
    change(layer, change) {
      const known = changes.get(layer);
      if (known === undefined) {
        before.set(layer, Object.hasOwn(layer, 'call') ? layer.call : undefined);
        install(layer, () => changes.get(layer) as CallChange);
      }
      changes.set(layer, { ...known, ...change });
    },
    has: (layer) => changes.has(layer),
    restore() {
      for (const [layer, call] of before)
        if (call === undefined) delete (layer as Partial<Layer>).call;
        else layer.call = call;
      changes.clear();
      before.clear();
    },
  };
}

function install(layer: Layer, changeNow: () => CallChange): void {
  const own = layer.call.bind(layer);
  layer.call = (inputs, kwargs) =>
    tf.tidy(() => {
      const { reads = new Map(), around } = changeNow();
      const within: Within = (run) => reading(reads, run);
      const call = (given: Inputs) => within(() => own(given, kwargs));
      return around === undefined ? call(inputs) : around(inputs, call, within);
    });
}

/** Runs with each variable reading as its replacement, which is computed once, before. */
function reading<R>(reads: ReadonlyMap<LayerVariable, () => tf.Tensor>, run: () => R): R {
  const values = [...reads].map(([variable, value]) => [variable, value()] as const);
  for (const [variable, value] of values) variable.read = () => value;
  try {
    return run();
  } finally {
    for (const [variable] of values) delete (variable as Partial<LayerVariable>).read;
  }
}

/** From now on these layers quantize their inputs, where they can. */
export function substituteSites(
  model: LayersModel,
  sites: ReadonlyMap<string, FittedSite>,
  calls: LayerCalls,
): void {
  const { sites: writable } = writableSites(model, sites);
  for (const { id, layer } of surveyModel(model)) {
    const site = writable.get(siteId(id));
    if (site !== undefined) calls.change(layer, { around: inputQuantizer(site, layer) });
  }
}
