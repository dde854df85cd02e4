import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/**
 * The layers that a layer is made of, in the order of execution: those of a nested model, and the wrapped ones
 * of `TimeDistributed` and `Bidirectional`, and the cells of our `RNN`. None for any other layer.
 */
export function innerLayers(layer: Layer): readonly Layer[] {
  const inner = layer as Layer &
    Record<'layer' | 'forwardLayer' | 'backwardLayer', Layer> &
    Record<'layers' | 'cells', Layer[]>;
  switch (layer.getClassName()) {
    case 'Model':
    case 'Functional':
    case 'Sequential':
      return inner.layers;
    case 'TimeDistributed':
    case 'LowbitQuantizedInput':
      return [inner.layer];
    case 'LowbitRNN':
      return inner.cells;
    case 'Bidirectional':
    case 'LowbitBidirectional':
      return [inner.forwardLayer, inner.backwardLayer];
    default:
      return [];
  }
}

/** Whether the name of a composite is another one than that of the layer in it. */
export function hasOwnName(layer: Layer): boolean {
  return layer.getClassName() !== 'LowbitQuantizedInput';
}

/** Whether the layer stands for its inner layers only. */
export function isComposite(layer: Layer): boolean {
  return [
    'Model',
    'Functional',
    'Sequential',
    'TimeDistributed',
    'Bidirectional',
    'LowbitBidirectional',
    'LowbitRNN',
    'LowbitQuantizedInput',
  ].includes(layer.getClassName());
}
