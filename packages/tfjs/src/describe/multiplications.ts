import type { layers } from '@tensorflow/tfjs-layers';
import type { LayerFamily } from './layer-family.js';

/**
 * Multiply-accumulate operations of one sample: values in the kernels × positions. Undefined where a size is
 * not known before the model runs, or where the layer is applied more than once.
 */
export function multiplications(
  layer: layers.Layer,
  family: LayerFamily,
  kernelValues: number,
): number | undefined {
  if (family.positions === undefined || layer.inboundNodes.length !== 1) return undefined;
  const [node] = layer.inboundNodes;
  const [tensor] = (family.positions === 'input' ? node?.inputTensors : node?.outputTensors) ?? [];
  if (tensor === undefined) return undefined;
  const { shape } = tensor;
  const channels = layer.getConfig()['dataFormat'] === 'channelsFirst' ? 1 : shape.length - 1;
  const positions = shape.filter((_, axis) => axis !== 0 && axis !== channels);
  if (positions.some((size) => size === null)) return undefined;
  return positions.reduce<number>((product, size) => product * (size as number), kernelValues);
}
