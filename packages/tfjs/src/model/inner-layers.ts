import type { FittedSite } from '@lowbit/core/adapter';
import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** What layers that are made of others hold these in. */
type Holder = Layer &
  Record<'layer' | 'forwardLayer' | 'backwardLayer' | 'cell', Layer> &
  Record<'layers' | 'cells', Layer[]>;

const ofModel = ({ layers }: Holder) => layers;
const ofWrapper = ({ layer }: Holder) => [layer];
const ofCells = ({ cells }: Holder) => cells;
const ofBothWays = ({ forwardLayer, backwardLayer }: Holder) => [forwardLayer, backwardLayer];

/** The layers in those that stand for them only, by class. */
const composites: Readonly<Record<string, (layer: Holder) => readonly Layer[]>> = {
  Model: ofModel,
  Functional: ofModel,
  Sequential: ofModel,
  TimeDistributed: ofWrapper,
  LowbitQuantizedInput: ofWrapper,
  RNN: ({ cell }) => [cell],
  StackedRNNCells: ofCells,
  LowbitRNN: ofCells,
  Bidirectional: ofBothWays,
  LowbitBidirectional: ofBothWays,
};

/**
 * The layers that a layer is made of, in the order of execution: those of a nested model, the wrapped ones of `TimeDistributed` and
 * `Bidirectional`, and the cells of `RNN`. None for any other layer.
 */
export function innerLayers(layer: Layer): readonly Layer[] {
  return isComposite(layer) ? composites[layer.getClassName()]!(layer as Holder) : [];
}

/** Whether the name of a composite is another one than that of the layer in it. */
export function hasOwnName(layer: Layer): boolean {
  return layer.getClassName() !== 'LowbitQuantizedInput';
}

/** How the input of the layer in this one is quantized; `undefined` for layers that quantize none. */
export function siteOf(layer: Layer): FittedSite | undefined {
  return hasOwnName(layer) ? undefined : (layer as Layer & { readonly fitted: FittedSite }).fitted;
}

/** Whether the layer stands for its inner layers only. */
export function isComposite(layer: Layer): boolean {
  return Object.hasOwn(composites, layer.getClassName());
}
