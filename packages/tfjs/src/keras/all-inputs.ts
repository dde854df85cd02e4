import type { layers, LayersModel } from '@tensorflow/tfjs-layers';

/** A model or a layer as a topology has it. */
interface Written {
  readonly class_name?: unknown;
  readonly name?: unknown;
  readonly config?: {
    readonly name?: unknown;
    readonly layers?: readonly Written[];
    readonly input_layers?: readonly Reference[];
  };
}

/** `[layer, call, output]`. */
type Reference = readonly [string, number, number];

/** The topology of a model with all inputs in their order: TensorFlow.js writes none that no output depends on. */
export function withAllInputs(written: Written, model: LayersModel): Written {
  const { config } = written;
  if (config?.layers === undefined) return written;
  const own = new Map(model.layers.filter(isModel).map((layer) => [layer.name, layer]));
  const all = config.layers.map((layer) => {
    const inside = own.get(String(layer.name ?? layer.config?.name));
    return inside === undefined ? layer : withAllInputs(layer, inside);
  });
  // One whose layers follow each other has one input, on which everything depends.
  if (config.input_layers === undefined) return { ...written, config: { ...config, layers: all } };
  const known = new Map(config.input_layers.map((reference) => [reference[0], reference]));
  const inputs = model.inputs.map((tensor) => ({ name: tensor.sourceLayer.name, tensor }));
  const unused = inputs.filter(({ name }) => !known.has(name));
  const added = unused.map(({ name, tensor: { shape, dtype } }) => ({
    class_name: 'InputLayer',
    name,
    config: { name, batch_input_shape: shape, dtype },
    inbound_nodes: [],
  }));
  const references = inputs.map(({ name }): Reference => known.get(name) ?? [name, 0, 0]);
  return { ...written, config: { ...config, layers: [...added, ...all], input_layers: references } };
}

function isModel(layer: layers.Layer): layer is LayersModel {
  return Array.isArray((layer as Partial<LayersModel>).layers);
}
