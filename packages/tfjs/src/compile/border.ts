import type { layers, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convolutionOf } from '../model/internals.js';

type Layer = layers.Layer;

/** Rows of zeros above and below pictures, columns to their left and right. */
export type Zeros = readonly [readonly [number, number], readonly [number, number]];

/** A layer that does nothing but put zeros around pictures. */
export interface Border {
  readonly layer: Layer;
  readonly zeros: Zeros;
}

/**
 * The ZeroPadding2D before a convolution that pads nothing itself, where nothing else takes its output.
 *
 * @param outer What stands for the convolution in the model: itself, or what quantizes its input.
 */
export function borderBefore(
  layer: Layer,
  outer: Layer,
  outputs: ReadonlySet<SymbolicTensor>,
): Border | undefined {
  if (convolutionOf(layer).padding !== 'valid' || outer.inboundNodes.length !== 1) return undefined;
  const before = outer.inboundNodes[0]!.inboundLayers[0];
  if (before?.getClassName() !== 'ZeroPadding2D') return undefined;
  const isAlone = before.inboundNodes.length === 1 && before.outboundNodes.length === 1;
  if (!isAlone || outputs.has(before.output as SymbolicTensor)) return undefined;
  const { padding, dataFormat } = before.getConfig();
  if (dataFormat === 'channelsFirst') return undefined;
  return { layer: before, zeros: padding as never };
}

/** The shape of pictures with zeros around them. */
export function borderedShape(shape: Shape, zeros: Zeros): Shape {
  const add = (size: number | null | undefined, [before, after]: readonly [number, number]) =>
    size == null ? null : size + before + after;
  const [samples, height, width, channels] = shape as [Shape[0], Shape[0], Shape[0], Shape[0]];
  return [samples, add(height, zeros[0]), add(width, zeros[1]), channels];
}
