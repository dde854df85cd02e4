import type { JsonObject, JsonValue } from '../model.js';
import { rawLayer, type RawLayer } from './raw-layer.js';

/**
 * A Sequential of Keras 1 that begins with a Merge of others, as the graph that it is: an input for each branch, in the order of the branches.
 * Other models stay as they are.
 *
 * @throws LowbitError `model-malformed`.
 */
export function withBranches(model: RawLayer): RawLayer {
  const layers = layersOf(model);
  if (layers === undefined || branchesOf(layers) === undefined) return model;
  const graph: Graph = { layers: [], inputs: [] };
  const end = append(layers, graph);
  return {
    ...model,
    className: 'Model',
    config: { ...model.config, layers: graph.layers, input_layers: graph.inputs, output_layers: [end] },
  };
}

/** A tensor as Keras 1 and 2 write it: layer, call and output. */
type Reference = readonly [string, number, number];

interface Graph {
  readonly layers: JsonObject[];
  readonly inputs: Reference[];
}

/** The layers of a Sequential. */
function layersOf({ className, config }: RawLayer): readonly RawLayer[] | undefined {
  const list = config['layers'];
  if (className !== 'Sequential' || !Array.isArray(list)) return undefined;
  return (list as readonly JsonValue[]).map((value, i) => rawLayer(value, `layers[${i}]`));
}

/** The layers of each branch that the first layer merges; undefined where it merges none, or something else than a Sequential. */
function branchesOf([first]: readonly RawLayer[]): readonly (readonly RawLayer[])[] | undefined {
  const list = first?.className === 'Merge' ? first.config['layers'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const branches = (list as readonly JsonValue[]).map((value, i) => layersOf(rawLayer(value, `branch ${i}`)));
  return branches.every((branch) => branch !== undefined && branch.length > 0)
    ? (branches as (readonly RawLayer[])[])
    : undefined;
}

/** Adds layers one after the other, and the branches before them. @returns What comes out. */
function append(layers: readonly RawLayer[], graph: Graph): Reference {
  const branches = branchesOf(layers);
  let ends = branches?.map((branch) => append(branch, graph)) ?? [inputOf(layers[0]!, graph)];
  for (const { name, writtenClass, config } of layers) {
    if (writtenClass === 'InputLayer') continue;
    const settings = writtenClass === 'Merge' ? { ...config, layers: null } : config;
    graph.layers.push({ class_name: writtenClass, name, config: settings, inbound_nodes: [ends] });
    ends = [[name, 0, 0]];
  }
  return ends[0]!;
}

/** The input of a branch, which no layer need stand for. */
function inputOf(first: RawLayer, { layers, inputs }: Graph): Reference {
  const { batch_input_shape: shape = null, input_dtype: dtype = 'float32' } = first.config;
  const name = first.writtenClass === 'InputLayer' ? first.name : `${first.name}_input`;
  const config = { name, batch_input_shape: shape, input_dtype: dtype };
  layers.push({ class_name: 'InputLayer', name, config, inbound_nodes: [] });
  inputs.push([name, 0, 0]);
  return [name, 0, 0];
}
