import { type CallArguments, mapTensors, tensorsIn } from '../network/call-tensors.js';
import { graphInvalid } from '../errors.js';
import { recurrentLayers } from '../layers/recurrent.js';
import type { Argument, TensorReference } from '../model.js';
import type { CallDraft, LayerDraft } from './layer-draft.js';
import { describe } from './raw-layer.js';
import { callArguments, namesOf, type NamedList, type WrittenReference } from './references.js';

/** The calls of layers that follow each other. Arguments by name stand where topologies of TensorFlow.js are read in the words of Keras. */
export function chainedCalls(layers: readonly LayerDraft[]): readonly CallDraft[] {
  const called = layers[0]?.className === 'InputLayer' ? layers.slice(1) : layers;
  let from: TensorReference = {
    layer: layers[0]?.className === 'InputLayer' ? layers[0].name : '',
    call: 0,
    output: 0,
  };
  return called.map((layer) => {
    const [node] = layer.raw.inboundNodes;
    const kwargs = node === undefined ? {} : callArguments(node, layer.id).kwargs;
    const call = callOf(layer, 0, { args: [{ tensor: from }], kwargs });
    from = { layer: layer.name, call: 0, output: 0 };
    return call;
  });
}

/** The calls that `inbound_nodes` describe. */
export function graphCalls(layers: readonly LayerDraft[]): readonly CallDraft[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  return layers.flatMap((layer) =>
    layer.raw.inboundNodes.flatMap((node, index) => {
      // Keras 1 and 2 wrote an empty node for some input layers.
      if (Array.isArray(node) && node.length === 0) return [];
      const given = callArguments(node, layer.id);
      const counted = mapTensors(given, (tensor) => countedFromZero(tensor, byName, layer.id));
      const tidy = tidied(layer.className, inOrderOfInputs(layer, withFirst(counted)));
      if (tensorsIn({ args: tidy.args, kwargs: {} }).length === 0)
        throw graphInvalid(layer.id, 'calls of layers with tensors', describe(node));
      return [callOf(layer, index, tidy)];
    }),
  );
}

function callOf(layer: LayerDraft, index: number, { args, kwargs }: CallArguments): CallDraft {
  return { layer, index, args, kwargs, inputShapes: [], outputShapes: [] };
}

/** What there is to know of a layer in order to count its calls. */
export interface Callee extends Pick<LayerDraft, 'raw' | 'className'> {
  /** Of a model. */
  readonly network?: unknown;
}

/**
 * A reference whose call counts from 0. A Functional model has been called once when it was made, and Keras 1 and 2 count that call
 * (of a Sequential too), as Keras 3 does where it writes outputs of a model, but not in arguments.
 */
export function countedFromZero(
  reference: WrittenReference,
  layers: ReadonlyMap<string, Callee>,
  where: string,
): TensorReference {
  const { layer, call, output, fromZero } = reference;
  const source = layers.get(layer);
  if (source === undefined) throw graphInvalid(where, 'layers of this model', `${layer}, which there is not`);
  if (source.raw.inboundNodes.length === 1)
    return { layer, call: countsOwn(source) && call === 1 ? 0 : call, output };
  if (!countsOwn(source) || fromZero) return { layer, call, output };
  // A Sequential of Keras 3 is no Functional model.
  const isNew =
    source.className === 'Sequential' && source.raw.inboundNodes.some((node) => !Array.isArray(node));
  return { layer, call: isNew ? call : call - 1, output };
}

function countsOwn(layer: Callee): boolean {
  return layer.network !== undefined;
}

/** A layer may be called with its first argument by name, whatever that is called. */
function withFirst({ args, kwargs }: CallArguments): CallArguments {
  const first = Object.keys(kwargs).find((name) => !['mask', 'initial_state'].includes(name));
  if (args.length > 0 || first === undefined || 'query' in kwargs) return { args, kwargs };
  const { [first]: value, ...rest } = kwargs;
  return { args: [value!], kwargs: rest };
}

/** A model may be called with a dictionary, by its own keys or by the names of its inputs. */
function inOrderOfInputs(layer: LayerDraft, { args, kwargs }: CallArguments): CallArguments {
  const [first] = args;
  if (first === undefined || !('names' in first)) return { args, kwargs };
  const { list, names } = first as NamedList;
  const keys = namesOf(layer.raw.config['input_layers']) ?? layer.network?.inputs.map((input) => input.layer);
  const places = (keys ?? names).map((key) => names.indexOf(key));
  if (places.includes(-1)) throw graphInvalid(layer.id, `tensors for ${keys!.join(', ')}`, names.join(', '));
  return { args: [{ list: places.map((place) => list[place]!) }], kwargs };
}

/** Arguments in the places of Keras 3: initial states by name, and query, value and key one after the other. */
function tidied(className: string, { args, kwargs }: CallArguments): CallArguments {
  const [first] = args;
  if (
    recurrentLayers.includes(className) &&
    first !== undefined &&
    'list' in first &&
    first.list.length > 1
  ) {
    const [value, ...states] = first.list as [Argument, ...Argument[]];
    return { args: [value], kwargs: { ...kwargs, initial_state: { list: states } } };
  }
  if (className !== 'MultiHeadAttention') return { args, kwargs };
  const { query, value, key, ...rest } = kwargs;
  const named = [query, value, key].filter((argument) => argument !== undefined);
  return { args: [...args, ...named], kwargs: rest };
}
