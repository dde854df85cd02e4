import type { Geometry } from '../layer/geometry.js';
import type { LayerInputs } from '../layer/layer.js';
import type { PlacedBatch } from '../layer/packed-layer.js';
import type { Call } from './call-block.js';

/** What runs a batch, with other constants of channels in place of some of the layer's. */
export type RunWith = (batch: PlacedBatch, geometry: Geometry, constants: Call) => void;

/** What a call says of inputs of 1 or 2 bits. */
export function inputNumbers(inputs: LayerInputs): Call {
  if (inputs.kind === 'codes') {
    const [threshold1, threshold2, threshold3] = inputs.thresholds;
    return { threshold1, threshold2, threshold3, inputScale: inputs.scale };
  }
  const scale = inputs.kind === 'signs' ? inputs.scale : undefined;
  return scale === 'mean' ? { isMean: 1 } : { inputScale: scale ?? 1 };
}
