import type { SiteDescriptor } from '@lowbit/core';
import type { NormalDistribution } from '@lowbit/core/adapter';
import { keepsDistribution, linearFamilies, normalizedDistribution, siteId } from '@lowbit/tfjs-format';
import type { Argument, KerasNetwork, TensorReference } from '../model.js';
import type { Called, Leaf } from './leaves.js';

/** Where the activations of a layer can be quantized: its input, where it is a weighted sum of that. A layer used several times has one site. */
export async function describeSites({ layer, called }: Leaf): Promise<readonly SiteDescriptor[]> {
  if (!Object.hasOwn(linearFamilies, layer.className)) return [];
  const id = siteId(layer.id);
  const source = called && firstTensor(called.call.args);
  if (called === undefined || source === undefined) return [{ id, tensor: id, side: 'input' }];
  const normal = await normalOf(called.network, source);
  return [{ id, tensor: tensorName(called, source), side: 'input', ...(normal !== undefined && { normal }) }];
}

/** Id of the layer that gives a tensor; of one that is called several times, or gives several, with their numbers behind it. */
function tensorName({ path }: Called, { layer, call, output }: TensorReference): string {
  const numbers = call === 0 && output === 0 ? '' : `#${call}.${output}`;
  return `${path}${layer}${numbers}`;
}

function firstTensor([first]: readonly Argument[]): TensorReference | undefined {
  if (first === undefined || 'value' in first) return undefined;
  return 'tensor' in first ? first.tensor : firstTensor(first.list);
}

/** The distribution that batch normalization gives a tensor, before any rectifier; undefined where none is in front. */
async function normalOf(
  { layers, calls }: KerasNetwork,
  tensor: TensorReference,
): Promise<NormalDistribution | undefined> {
  let source: TensorReference | undefined = tensor;
  for (let steps = 0; source !== undefined && steps < 8; steps++) {
    const { layer: name }: TensorReference = source;
    const layer = layers.find((each) => each.name === name)!;
    if (layer.className === 'BatchNormalization') {
      const read = (key: string) => layer.weights.find((weight) => weight.name === key)?.read();
      return normalizedDistribution(await read('gamma'), await read('beta'));
    }
    const own = calls.filter((call) => call.layer === layer);
    if (!keepsDistribution(layer.className) || own.length !== 1) return undefined;
    source = firstTensor(own[0]!.args);
  }
  return undefined;
}
