import type { KerasCall, KerasLayer, KerasNetwork, TensorReference } from '../model.js';
import type { LayerNames } from './layer-names.js';
import { mapTensors, tensorKey, tensorsIn } from './call-tensors.js';

/** A network in which no layer is a model. */
export interface Inlined extends Uses {
  readonly network: KerasNetwork;
  readonly names: LayerNames;
}

/** How models were used, each use with a number from 0. */
export interface Uses {
  /** The use in which a call is made. */
  readonly owners: ReadonlyMap<KerasCall, number>;
  readonly uses: readonly Use[];
}

/** One use of a model. */
export interface Use {
  /** The use in which it happens; undefined for the outermost model. */
  readonly owner: number | undefined;
  /** What the model is called with. */
  readonly given: readonly TensorReference[];
}

/** Of a network that is as it was. */
export const noUses: Uses = { owners: new Map(), uses: [] };

/**
 * A network with the layers of all models inside in their places, under the names that layers are written by. What a model that is used twice has
 * inside is called twice. Masks go into models and come out of them in Keras, and stay outside in TensorFlow.js.
 */
export function inlined(network: KerasNetwork, names: LayerNames): Inlined {
  const splicing = new Splicing(names);
  const own = new Map(network.layers.map((layer) => [layer.name, names.get(layer)!]));
  const inputs = network.inputs.map((input) => ({ ...input, layer: own.get(input.layer)! }));
  const outputs = splicing.use(network, inputs);
  const layers = splicing.layersOf(network);
  return {
    network: { ...network, kind: 'Functional', layers, calls: splicing.calls, inputs, outputs },
    names: splicing.names,
    owners: splicing.owners,
    uses: splicing.uses,
  };
}

class Splicing {
  readonly calls: KerasCall[] = [];
  readonly owners = new Map<KerasCall, number>();
  readonly names = new Map<KerasLayer, string>();
  readonly #layers = new Map<KerasLayer, KerasLayer>();
  readonly uses: Use[] = [];
  readonly #counts = new Map<KerasLayer, number>();

  constructor(given: LayerNames) {
    for (const [layer, name] of given) this.names.set(layer, name);
  }

  /** The layers of a network and of the models in it, but for the inputs of those. */
  layersOf({ layers }: KerasNetwork, isInside = false): readonly KerasLayer[] {
    return layers
      .filter(({ className }) => !isInside || className !== 'InputLayer')
      .flatMap((layer) => (layer.network ? this.layersOf(layer.network, true) : [this.#renamed(layer)]));
  }

  /** Makes the calls of a network that is used with these tensors. @returns What comes out. */
  use(network: KerasNetwork, given: readonly TensorReference[], by?: number): readonly TensorReference[] {
    const owner = this.uses.push({ owner: by, given }) - 1;
    const places = new Map(network.inputs.map((input, i) => [tensorKey(input), given[i]!]));
    const at = (tensor: TensorReference) => places.get(tensorKey(tensor))!;
    for (const call of network.calls) {
      const { layer, index } = call;
      const made = mapTensors(call, at);
      const outputs =
        layer.network === undefined
          ? this.#call({ ...call, ...made }, owner)
          : this.use(layer.network, tensorsIn(made), owner);
      outputs.forEach((tensor, output) =>
        places.set(tensorKey({ layer: layer.name, call: index, output }), tensor),
      );
    }
    return network.outputs.map(at);
  }

  #call(call: KerasCall, owner: number): readonly TensorReference[] {
    const layer = this.#renamed(call.layer);
    const index = this.#counts.get(layer) ?? 0;
    this.#counts.set(layer, index + 1);
    const made = { ...call, layer, index };
    this.calls.push(made);
    this.owners.set(made, owner);
    return call.outputShapes.map((_, output) => ({ layer: layer.name, call: index, output }));
  }

  #renamed(layer: KerasLayer): KerasLayer {
    const name = this.names.get(layer)!;
    const known = this.#layers.get(layer) ?? { ...layer, name };
    this.#layers.set(layer, known);
    this.names.set(known, name);
    return known;
  }
}
