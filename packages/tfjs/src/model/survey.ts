import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { hasOwnName, innerLayers, isComposite } from './inner-layers.js';

/** One weight variable of a layer. */
export interface ModelVariable {
  /** Unique in the model; layers that share the variable share the id. */
  readonly id: string;
  /** Unique in the layer: the last part of the variable's name, `kernel`, `bias` … */
  readonly key: string;
  readonly variable: LayerVariable;
}

/** One layer that is not itself made of layers. */
export interface ModelLayer {
  /** The layer's name after the names of the nested models and wrappers around it, joined by `/`. */
  readonly id: string;
  readonly layer: layers.Layer;
  readonly variables: readonly ModelVariable[];
}

/** The layers of a model with nested models and wrappers opened, in the order of execution. */
export function surveyModel(model: LayersModel): readonly ModelLayer[] {
  const names = new Set<string>();
  const ids = new Map<LayerVariable, string>();
  return leaves(model.layers, '').map(({ path, layer }) => {
    const id = unique(path, names);
    return { id, layer, variables: surveyVariables(layer, id, ids) };
  });
}

function leaves(all: readonly layers.Layer[], prefix: string): { path: string; layer: layers.Layer }[] {
  return all.flatMap((layer) => {
    const path = prefix + layer.name;
    if (!isComposite(layer)) return [{ path, layer }];
    // A quantized input has the name of the layer behind it, whose weights keep their ids.
    return leaves(innerLayers(layer), hasOwnName(layer) ? `${path}/` : prefix);
  });
}

function surveyVariables(
  layer: layers.Layer,
  layerId: string,
  ids: Map<LayerVariable, string>,
): ModelVariable[] {
  const keys = new Set<string>();
  return layer.weights.map((variable) => {
    const key = unique(variable.originalName.split('/').at(-1) as string, keys);
    const id = ids.get(variable) ?? `${layerId}/${key}`;
    ids.set(variable, id);
    return { id, key, variable };
  });
}

/** `name`, or `name#2`, `name#3` … when it is taken. */
function unique(name: string, taken: Set<string>): string {
  let result = name;
  for (let count = 2; taken.has(result); count++) result = `${name}#${count}`;
  taken.add(result);
  return result;
}

/** The shapes of all variables, by id. */
export function shapesOf(model: LayersModel): ReadonlyMap<string, readonly number[]> {
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  return new Map(variables.map(({ id, variable }) => [id, variable.shape as number[]]));
}
