import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** A layer that adds something to what a layer before it gives. */
export interface Residual {
  readonly layer: Layer;
  /** Which of its two inputs comes from the layer before. */
  readonly own: 0 | 1;
}

/** The Add of two outputs of one shape behind a layer, where nothing else takes the layer's output. */
export function residualAfter(layer: Layer, outputs: ReadonlySet<SymbolicTensor>): Residual | undefined {
  const isAlone = layer.inboundNodes.length === 1 && layer.outboundNodes.length === 1;
  const next = layer.outboundNodes[0]?.outboundLayer;
  if (!isAlone || next?.getClassName() !== 'Add' || next.inboundNodes.length !== 1) return undefined;
  if (
    outputs.has(layer.output as SymbolicTensor) ||
    (layer.getConfig()['activation'] ?? 'linear') !== 'linear'
  )
    return undefined;
  const { inboundLayers, inputTensors } = next.inboundNodes[0]!;
  const own = inboundLayers.indexOf(layer);
  const [one, other] = inputTensors;
  const isEqual = inputTensors.length === 2 && `${one!.shape}` === `${other!.shape}`;
  return isEqual && (own === 0 || own === 1) ? { layer: next, own } : undefined;
}
