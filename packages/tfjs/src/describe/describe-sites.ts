import type { SiteDescriptor } from '@lowbit/core';
import type { NormalDistribution } from '@lowbit/core/adapter';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { normalOf } from './normal-of.js';

/** Layer classes whose input can be quantized. */
const classes = new Set([
  'Dense',
  'Conv1D',
  'Conv2D',
  'Conv3D',
  'Conv2DTranspose',
  'Conv3DTranspose',
  'DepthwiseConv2D',
  'SeparableConv2D',
]);

/** Id of the site in front of a layer. */
export function siteId(layer: string): string {
  return `${layer}/input`;
}

/** Where the activations of a layer can be quantized: its input. A layer used several times has one site. */
export function describeSites(id: string, layer: layers.Layer): SiteDescriptor[] {
  if (!classes.has(layer.getClassName())) return [];
  const input = layer.inboundNodes[0]?.inputTensors[0] as SymbolicTensor | undefined;
  const normal: NormalDistribution | undefined = input && normalOf(input);
  const tensor = input?.name ?? siteId(id);
  return [{ id: siteId(id), tensor, side: 'input', ...(normal === undefined ? {} : { normal }) }];
}
