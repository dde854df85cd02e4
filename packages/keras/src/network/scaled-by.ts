import { keepsPixels, scalesPixelsItself } from '@lowbit/tfjs-format';
import type { KerasCall, KerasNetwork, TensorReference } from '../model.js';
import { tensorKey, tensorsIn } from './call-tensors.js';

/**
 * The id of the layer that brings pixels of 0 to 255 into the range of the network: the first one behind an input that changes values. With
 * several users of the tensor, each of them has to come to such a layer. `undefined` where there is none.
 *
 * @throws LowbitError of reading the means of a layer that normalizes.
 */
export async function scaledBy(network: KerasNetwork, tensor: TensorReference): Promise<string | undefined> {
  const key = tensorKey(tensor);
  const users = network.calls.filter((call) => tensorsIn(call).some((one) => tensorKey(one) === key));
  const found: (string | undefined)[] = [];
  for (const call of users)
    found.push(tensorsIn(call).length === 1 ? await behind(network, call) : undefined);
  return found.every((one) => one !== undefined) ? found[0] : undefined;
}

async function behind(network: KerasNetwork, { layer, index: call }: KerasCall): Promise<string | undefined> {
  const { className, config, weights, network: inside } = layer;
  if (inside !== undefined) {
    const [input, ...others] = inside.inputs;
    const own = input && others.length === 0 ? await scaledBy(inside, input) : undefined;
    // A model of layers that keep pixels alone, as augmentation often is.
    return (
      own ??
      (inside.calls.every((one) => keepsPixels(one.layer))
        ? scaledBy(network, { layer: layer.name, call, output: 0 })
        : undefined)
    );
  }
  if (keepsPixels({ className, config })) return scaledBy(network, { layer: layer.name, call, output: 0 });
  const means = await weights.find(({ name }) => name === 'mean' || name === 'moving_mean')?.read();
  return scalesPixelsItself({ className, config, ...(means && { means }) }) ? layer.id : undefined;
}
