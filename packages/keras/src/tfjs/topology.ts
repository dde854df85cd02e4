import { LowbitError, type Problem } from '@lowbit/core';
import type { JsonObject, KerasLayer, KerasModel, KerasNetwork, TensorReference } from '../model.js';
import { inlined, noUses, type Uses } from '../network/inlined.js';
import { layerJson, type LayerContext } from './layer-json.js';
import { type LayerNames, safeName } from '../network/layer-names.js';
import { maskLayers } from './mask-layers.js';
import { hasMasks } from '../masks/mask-rules.js';
import { type Masks, masksOf } from '../masks/network-masks.js';
import { maskRulesOf } from '../masks/rules-of-version.js';
import { withOwnActivations } from './own-activations.js';
import { nodeJson, referenceJson, TensorCopies } from './nodes.js';

/**
 * The topology of a model as TensorFlow.js reads it: in the words of Keras 2, in which some layers give way to others that compute the same.
 *
 * @throws LowbitError `layer-unsupported` with every layer that TensorFlow.js does not have, or would compute otherwise.
 */
export function tfjsTopology(model: KerasModel, given: LayerNames): JsonObject {
  const problems: Problem[] = [];
  const isMasked = hasMasks(model.network);
  const plain = isMasked
    ? inlined(model.network, given)
    : { network: model.network, names: given, ...noUses };
  const { network, names } = withOwnActivations(plain.network, plain.names);
  const context: LayerContext = {
    isKeras3: (model.kerasVersion ?? '').startsWith('3'),
    maskRules: maskRulesOf(model.kerasVersion),
    hasMasks: isMasked,
    names,
    problems,
    networkJson: (inside) => networkJson(inside, context),
  };
  const topology = networkJson(network, context, plain);
  const [first, ...others] = problems;
  if (first !== undefined) throw new LowbitError([first, ...others]);
  return topology;
}

function networkJson(network: KerasNetwork, context: LayerContext, uses: Uses = noUses): JsonObject {
  const masks = masksOf(network, context.maskRules, uses);
  const name = safeName(network.name);
  const copies = new TensorCopies(name, new Set(context.names.values()));
  const layers = network.layers.map((layer) => withNodes(layer, network, masks, { ...context, copies }));
  const reference = (tensor: TensorReference) => referenceJson(tensor, network, context);
  const added = maskLayers(network.calls.map(masks.useOf), reference, copies);
  // TensorFlow.js gives nothing for an output that there is twice.
  const outputs = copies.distinct(network.outputs.map(reference));
  const isChain = network.kind === 'Sequential' && added.length === 0 && copies.layers.length === 0;
  const config = isChain
    ? { name, layers: withoutNodes(layers) }
    : {
        name,
        layers: [...layers, ...added, ...copies.layers],
        input_layers: network.inputs.map(reference),
        output_layers: outputs,
      };
  return { class_name: isChain ? 'Sequential' : 'Functional', config };
}

/** A Sequential says by itself what is called with what. */
function withoutNodes(layers: readonly JsonObject[]): readonly JsonObject[] {
  return layers.map(({ class_name = null, config = null }) => ({ class_name, config }));
}

function withNodes(
  layer: KerasLayer,
  network: KerasNetwork,
  masks: Masks,
  context: LayerContext & { readonly copies: TensorCopies },
): JsonObject {
  const name = context.names.get(layer)!;
  const calls = network.calls.filter((call) => call.layer === layer).sort((a, b) => a.index - b.index);
  const nodes = calls.map((call) => {
    const references = nodeJson(call, masks.useOf(call), network, context);
    const isBare = masks.isPartly(call);
    const bare = (given: (typeof references)[number], i: number) =>
      context.copies.withoutMask(given, call.inputShapes[i]);
    return context.copies.distinct(isBare ? references.map(bare) : references);
  });
  if (layer.network === undefined)
    return { ...layerJson(layer, calls, masks, context), name, inbound_nodes: nodes };
  const inside = networkJson(layer.network, context);
  const config = { ...(inside['config'] as JsonObject), name };
  return { class_name: inside['class_name']!, config, name, inbound_nodes: nodes };
}
