import { graphInvalid } from '../errors.js';
import { tensorsIn } from '../network/call-tensors.js';
import { countedFromZero, graphCalls } from './connect.js';
import { inOrderOfKeras3 } from './execution-order.js';
import type { LayerDraft, NetworkDraft } from './layer-draft.js';
import { inOrder } from './order.js';
import type { RawLayer } from './raw-layer.js';
import { references } from './references.js';

/**
 * The network of a Functional model: its layers with the calls that join them, and what goes in and comes out.
 *
 * @param written All layers of a model of Keras 3 as they stand in the file, which decide the order of calls.
 * @throws LowbitError `graph-invalid` where these contradict each other.
 */
export function graphNetwork(
  raw: RawLayer,
  layers: readonly LayerDraft[],
  where: string,
  written?: readonly RawLayer[],
): NetworkDraft {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const ends = (key: string) => {
    const { tensors, names } = references(raw.config[key], `${where}: ${key}`);
    return { tensors: tensors.map((tensor) => countedFromZero(tensor, byName, `${where}: ${key}`)), names };
  };
  const { tensors: inputs } = ends('input_layers');
  const { tensors: outputs, names } = ends('output_layers');
  const inputLayers = new Map(
    layers.filter(({ className }) => className === 'InputLayer').map((layer) => [layer.name, layer]),
  );
  const stray = inputs.find(({ layer }) => !inputLayers.has(layer));
  if (stray !== undefined) throw graphInvalid(where, 'inputs that are input layers', stray.layer);
  const ordered = inOrder(graphCalls(layers), inputLayers, where);
  checkInputs(ordered, inputs, inputLayers);
  checkOutputs({ outputs, calls: ordered, inputs, where });
  const calls =
    written === undefined
      ? ordered
      : inOrderOfKeras3(ordered, written, raw.config['output_layers'], `${where}: output_layers`);
  return {
    kind: 'Functional',
    name: raw.name,
    layers,
    calls,
    inputs,
    outputs,
    ...(names !== undefined && { outputNames: names }),
  };
}

/** Refuses calls with what no caller of the model can give: an input layer that is none of its inputs. */
function checkInputs(
  calls: NetworkDraft['calls'],
  inputs: NetworkDraft['inputs'],
  inputLayers: ReadonlyMap<string, LayerDraft>,
): void {
  const given = new Set(inputs.map(({ layer }) => layer));
  for (const { layer, args, kwargs } of calls) {
    const lost = tensorsIn({ args, kwargs }).find(
      (tensor) => inputLayers.has(tensor.layer) && !given.has(tensor.layer),
    );
    if (lost !== undefined)
      throw graphInvalid(
        layer.id,
        'tensors of the input_layers of the model',
        `${lost.layer}, which is none`,
      );
  }
}

function checkOutputs({
  outputs,
  calls,
  inputs,
  where,
}: Pick<NetworkDraft, 'outputs' | 'calls' | 'inputs'> & { where: string }): void {
  const known = new Set([
    ...calls.map(({ layer, index }) => `${layer.name} ${index}`),
    ...inputs.map(({ layer }) => `${layer} 0`),
  ]);
  const lost = outputs.find(({ layer, call }) => !known.has(`${layer} ${call}`));
  if (lost !== undefined)
    throw graphInvalid(where, 'outputs that calls give', `call ${lost.call} of ${lost.layer}`);
}
