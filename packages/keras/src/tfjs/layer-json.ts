import type { Problem } from '@lowbit/core';
import type { JsonObject, JsonValue, KerasCall, KerasLayer, KerasNetwork, Shape } from '../model.js';
import { quantizedInputClass } from '../quantized-input.js';
import type { FormContext } from './forms/form.js';
import { layerForm } from './layer-form.js';
import { recurrentLayers } from '../layers/recurrent.js';
import { attentions } from '../masks/mask-rules.js';
import type { LayerNames } from '../network/layer-names.js';
import { heedsMasks, type Masks, type MaskUse } from '../masks/network-masks.js';
import type { MaskRules } from '../masks/rules-of-version.js';

/** What is the same for all layers of a model. */
export interface LayerContext extends Pick<FormContext, 'isKeras3' | 'hasMasks'> {
  /** What masks do in the version that made the model. */
  readonly maskRules: MaskRules;
  readonly names: LayerNames;
  readonly problems: Problem[];
  /** Class and configuration of a model. */
  networkJson(network: KerasNetwork): JsonObject;
}

/** What differs from layer to layer. */
type Place = Omit<FormContext, 'isKeras3' | 'hasMasks' | 'weights' | 'parts'>;

/** Class and configuration of a layer that is no model, with the layers inside. */
export function layerJson(
  layer: KerasLayer,
  calls: readonly KerasCall[],
  masks: Masks,
  context: LayerContext,
): JsonObject {
  const [first] = calls;
  const uses = calls.map((call) => masks.useOf(call));
  const place: Place = {
    input: first?.inputShapes[0],
    output: first?.outputShapes[0],
    call: first,
    mask: maskOf(uses),
    areMasked: uses[0]?.masks.map((mask) => mask !== undefined) ?? [],
    needsOwn: false,
    bidirectional: undefined,
  };
  if (new Set(calls.map(callForm)).size > 1 || new Set(uses.map(useForm)).size > 1)
    refuse(layer, 'that is called in different ways', context);
  if (takesStepsAlone(layer) && uses.some(({ masks }) => masks.some((mask) => mask?.axes !== undefined)))
    refuse(
      layer,
      'with a mask that has more axes than batch and steps',
      context,
      'Build the model with a Masking right in front of it.',
    );
  return describe(layer, context.names.get(layer)!, place, context);
}

/** Whether masks of a layer are those of steps, of which there is one for each. */
function takesStepsAlone({ className }: KerasLayer): boolean {
  return [...recurrentLayers, ...attentions, 'GlobalAveragePooling1D'].includes(className);
}

function maskOf([use]: readonly MaskUse[]): FormContext['mask'] {
  return use?.kind ?? 'none';
}

/** What calls must have in common, since it stands in the layer's configuration. */
function callForm({ kwargs }: KerasCall): string {
  const constants = Object.entries(kwargs).filter(([, argument]) => 'value' in argument);
  return JSON.stringify([...constants, 'attention_mask' in kwargs]);
}

function useForm({ kind, masks }: MaskUse): string {
  return JSON.stringify([kind, ...masks.map((mask) => mask === undefined)]);
}

function refuse(
  layer: KerasLayer,
  what: string,
  { problems }: LayerContext,
  remedy = 'Build the model with a layer for each.',
): void {
  const received = `${layer.className} ${what}`;
  problems.push({ code: 'layer-unsupported', where: layer.id, received, remedy });
}

function describe(layer: KerasLayer, name: string, place: Place, context: LayerContext): JsonObject {
  if (layer.network !== undefined) return modelJson(layer, layer.network, name, context);
  const weights = Object.fromEntries(layer.weights.map((weight) => [weight.name, weight.shape]));
  const form = layerForm(layer, { ...context, ...place, weights, parts: layer.parts });
  if ('refused' in form) {
    const { refused: received, remedy } = form;
    const expected = 'a layer that TensorFlow.js computes as Keras does';
    context.problems.push({ code: 'layer-unsupported', where: layer.id, expected, received, remedy });
    return { class_name: layer.className, config: { name } };
  }
  const isOwn = form.className.startsWith('Lowbit');
  const inside = (part: KerasLayer) =>
    describe(part, context.names.get(part)!, placeInside(layer, isOwn, place, context), context);
  const frozen = layer.trainable ? {} : { trainable: false };
  const config = { ...form.config, ...frozen, ...partsJson(layer, isOwn, inside), name };
  return { class_name: form.className, config };
}

/** A model in a wrapper, which is given no masks of steps. */
function modelJson(
  layer: KerasLayer,
  network: KerasNetwork,
  name: string,
  context: LayerContext,
): JsonObject {
  if (context.hasMasks && heedsMasks(network, context.maskRules))
    refuse(
      layer,
      'in TimeDistributed, with layers that heed masks',
      context,
      'Build the model without masks, or with a TimeDistributed around each of the layers.',
    );
  const inside = context.networkJson(network);
  return { ...inside, config: { ...(inside['config'] as JsonObject), name } };
}

/** The layers that a wrapper has in its configuration. */
function partsJson(
  { parts, className }: KerasLayer,
  isOwn: boolean,
  json: (part: KerasLayer) => JsonObject,
): Record<string, JsonValue> {
  const { layer, cell, forward_layer: forward, backward_layer: backward } = parts;
  if (className === 'StackedRNNCells') return { cells: Object.values(parts).map(json) };
  if (forward !== undefined && backward !== undefined)
    return isOwn
      ? { forward_layer: json(forward), backward_layer: json(backward) }
      : { layer: json(forward) };
  return { ...(layer && { layer: json(layer) }), ...(cell && { cell: json(cell) }) };
}

/** Where the layers in a wrapper stand. */
function placeInside(
  { className, config }: KerasLayer,
  isOwn: boolean,
  place: Place,
  { hasMasks }: LayerContext,
): Place {
  if (className === quantizedInputClass) return place;
  const step = (shape: Shape | undefined) =>
    className === 'TimeDistributed' ? shape?.filter((_, axis) => axis !== 1) : undefined;
  const isInBidirectional = className === 'Bidirectional';
  return {
    input: step(place.input),
    output: step(place.output),
    call: undefined,
    mask: isInBidirectional ? place.mask : 'none',
    areMasked: [],
    // TensorFlow.js hands masks for all steps to what is in TimeDistributed.
    needsOwn: isInBidirectional ? isOwn : hasMasks,
    bidirectional: isInBidirectional ? config : undefined,
  };
}
