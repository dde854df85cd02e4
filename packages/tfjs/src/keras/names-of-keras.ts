import type { LayerDescriptor } from '@lowbit/core';
import type { TfjsName } from '@lowbit/keras';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describeSites } from '../describe/describe-sites.js';
import { surveyModel } from '../model/survey.js';

/** Where a site of a model of Keras is in the running model. */
interface RunningSite {
  readonly id: string;
  readonly tensor: string;
}

/** What a running model calls what a model of Keras has. */
export interface NamesOfKeras {
  /** Ids of variables, by the id of the weight: several where layers share it. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
  /** Ids of layers in the model of Keras, by those in the running model. */
  readonly layers: ReadonlyMap<string, string>;
  /** By the ids of the sites in the model of Keras. */
  readonly sites: ReadonlyMap<string, RunningSite>;
  /** The same, by the names of the tensors. */
  readonly tensors: ReadonlyMap<string, RunningSite>;
}

/**
 * Brings both together by the names of the weights.
 *
 * @param names What weights of the model of Keras are called in TensorFlow.js.
 * @param described The layers of the model of Keras.
 */
export function namesOfKeras(
  names: readonly TfjsName[],
  described: readonly LayerDescriptor[],
  running: LayersModel,
): NamesOfKeras {
  const known = new Map(names.map((each) => [each.name, each]));
  const variables = new Map<string, string[]>();
  const layers = new Map<string, string>();
  const runningSites = new Map<string, RunningSite>();
  for (const { id, layer, variables: own } of surveyModel(running)) {
    for (const { id: variableId, variable } of own) {
      const found = known.get(variable.originalName);
      if (found === undefined) continue;
      layers.set(id, found.layer);
      variables.set(found.weight.id, [...(variables.get(found.weight.id) ?? []), variableId]);
    }
    const [site] = describeSites(id, layer);
    const kerasId = layers.get(id);
    if (site !== undefined && kerasId !== undefined) runningSites.set(kerasId, site);
  }
  const sites = described.flatMap(({ id: layer, sites: own }) =>
    own.flatMap(({ id, tensor }) => {
      const site = runningSites.get(layer);
      return site === undefined ? [] : [{ id, tensor, site }];
    }),
  );
  return {
    variables,
    layers,
    sites: new Map(sites.map(({ id, site }) => [id, site])),
    // Of layers that take the same tensor, the first one tells it.
    tensors: new Map([...sites].reverse().map(({ tensor, site }) => [tensor, site])),
  };
}
