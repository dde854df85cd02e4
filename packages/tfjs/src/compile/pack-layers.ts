import type { SequenceLayer } from '@lowbit/kernels';
import type { TensorKernels, TensorOperation } from '@lowbit/kernels/tfjs';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { convolutionOf } from '../model/internals.js';
import { borderedShape } from './border.js';
import type { Chain, PackedPlan } from './chains.js';
import type { PackedCompute } from './packed-layer.js';

type Layer = layers.Layer;
type Shapes = Shape | Shape[];

/** What stands for a chain, and the key by which its stand-in finds it. */
export interface KeyedCompute extends PackedCompute {
  readonly key: string;
}

/** The operations of all chains, by the layer that stands for each. If one cannot be made, none is left. */
export function packLayers(chains: readonly Chain[], kernels: TensorKernels): Map<Layer, KeyedCompute> {
  const packed = new Map<Layer, KeyedCompute>();
  try {
    for (const chain of chains)
      packed.set(standOf(chain), { ...computeOf(chain, kernels), key: `p${packed.size}` });
    return packed;
  } catch (error) {
    packed.forEach(({ operation }) => operation.dispose());
    throw error;
  }
}

/** The layer in whose place a chain runs: the last one, or what adds something to it, which has that as an input. */
export function standOf(chain: Chain): Layer {
  const { outer, outcome } = chain.at(-1)!;
  return outcome.residual?.layer ?? outer;
}

function computeOf(chain: Chain, kernels: TensorKernels): PackedCompute {
  const { layer, outcome } = chain.at(-1)!;
  const { activation } = convolutionOf(layer);
  return {
    operation: operationOf(chain, kernels),
    isDense: layer.getClassName() === 'Dense',
    own: outcome.residual?.own ?? 0,
    activation: outcome.limits !== undefined || !activation ? undefined : (x) => activation.apply(x),
    outputShape: (given) => {
      const input = outcome.residual ? (given as Shape[])[outcome.residual.own]! : given;
      return chain.reduce<Shapes>((shape, one) => shapeAfter(one, shape), input);
    },
  };
}

function shapeAfter({ layer, outcome: { border } }: PackedPlan, shape: Shapes): Shapes {
  return layer.computeOutputShape(border ? borderedShape(shape as Shape, border.zeros) : shape);
}

function operationOf(chain: Chain, kernels: TensorKernels): TensorOperation {
  const { layer, outcome } = chain[0]!;
  if (layer.getClassName() !== 'Dense') return kernels.sequence(chain.map(convolution));
  const { weights, inputs, bias, limits } = outcome;
  return kernels.dense({ weights, inputs, bias, ...limits });
}

function convolution({ layer, outcome }: PackedPlan): SequenceLayer {
  const { weights, inputs, bias, limits, border } = outcome;
  const { strides, dilationRate, padding } = convolutionOf(layer);
  const windows = { strides, dilations: dilationRate, padding: border?.zeros ?? padding };
  const own = { weights, bias, ...windows, ...limits };
  if (layer.getClassName() === 'Conv2D') return { conv2d: { ...own, inputs } };
  // Those of a depthwise convolution are never signs or codes.
  return { depthwiseConv2d: { ...own, inputs: inputs as never } };
}
