import type { SiteDescriptor } from '@lowbit/core';
import { defined, type NormalDistribution } from '@lowbit/core/adapter';
import { linearFamilies, siteId } from '@lowbit/tfjs-format';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { normalOf } from './normal-of.js';

/** Where the activations of a layer can be quantized: its input, where it is a weighted sum of that. A layer used several times has one site. */
export function describeSites(id: string, layer: layers.Layer): SiteDescriptor[] {
  if (!Object.hasOwn(linearFamilies, layer.getClassName())) return [];
  const input = layer.inboundNodes[0]?.inputTensors[0] as SymbolicTensor | undefined;
  const normal: NormalDistribution | undefined = input && normalOf(input);
  const tensor = input?.name ?? siteId(id);
  return [{ id: siteId(id), tensor, side: 'input', ...defined({ normal }) }];
}
