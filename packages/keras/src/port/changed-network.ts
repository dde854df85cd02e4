import type { FittedSite } from '@lowbit/core/adapter';
import { siteId } from '@lowbit/tfjs-format';
import type { KerasLayer, KerasNetwork, KerasWeight } from '../model.js';
import { partOf, withQuantizedInput } from '../quantized-input.js';

/** What becomes other in a network. */
export interface Changes {
  /** Weights by their ids. */
  readonly weights: ReadonlyMap<string, KerasWeight>;
  /** Biases of layers that had none, by the ids of the weights behind which they stand. */
  readonly biases: ReadonlyMap<string, KerasWeight>;
  /** Sites in front of layers, by the sites' ids. */
  readonly sites: ReadonlyMap<string, FittedSite>;
}

/** A network with other weights of the same ids, more biases, and quantized inputs; the one given stays as it is. */
export function changedNetwork(network: KerasNetwork, changes: Changes): KerasNetwork {
  const layers = new Map(network.layers.map((layer) => [layer, changedLayer(layer, changes)]));
  const calls = network.calls.map((call) => ({ ...call, layer: layers.get(call.layer)! }));
  return { ...network, layers: [...layers.values()], calls };
}

function changedLayer(layer: KerasLayer, changes: Changes): KerasLayer {
  const site = isLeaf(partOf(layer)) ? changes.sites.get(siteId(layer.id)) : undefined;
  return site === undefined
    ? withInner(layer, changes)
    : withQuantizedInput(withInner(partOf(layer), changes), site);
}

function isLeaf({ network, parts }: KerasLayer): boolean {
  return network === undefined && Object.keys(parts).length === 0;
}

function withInner(layer: KerasLayer, changes: Changes): KerasLayer {
  const parts = Object.entries(layer.parts).map(
    ([name, part]) => [name, changedLayer(part, changes)] as const,
  );
  const weights = changedWeights(layer.weights, changes);
  return {
    ...layer,
    ...(weights.length > layer.weights.length && { config: { ...layer.config, use_bias: true } }),
    weights,
    parts: Object.fromEntries(parts),
    ...(layer.network && { network: changedNetwork(layer.network, changes) }),
  };
}

/** Weights in their order, some of them others, and biases that are new. */
export function changedWeights(
  weights: readonly KerasWeight[],
  { weights: changed, biases }: Pick<Changes, 'weights' | 'biases'>,
): readonly KerasWeight[] {
  return weights.flatMap((weight) => {
    const bias = biases.get(weight.id);
    return [changed.get(weight.id) ?? weight, ...(bias === undefined ? [] : [bias])];
  });
}
