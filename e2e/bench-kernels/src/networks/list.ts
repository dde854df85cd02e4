import { minMax } from '@lowbit/baselines';
import type { Recipe } from '@lowbit/core';
import { cropBatches, inceptionArtifacts, loadMobileNet, PHOTOGRAPHS } from '@lowbit/e2e-real-models';
import { horq } from '@lowbit/horq';
import { hwgq } from '@lowbit/hwgq';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { spread } from '../work.js';
import type { Network, NetworkVariant } from './network.js';
import { lastLayer, plainNetwork, residualBody, type Size } from './shapes.js';

const ofPictures: readonly NetworkVariant[] = [8, 4].map((bits) => ({
  name: `${bits} × 8`,
  recipe: { weights: minMax(), bits, granularity: 'channel' },
  options: { activations: 'dynamic' },
  ...{ goal: 2.5, least: 1.8 },
}));

/** Weights of 1 bit, and inputs of 1 or 2; HORQ has a scale for each sample, as kernels have it. */
const signs = (bits: 1 | 2, exclude: readonly string[]): Recipe => ({
  ...{ weights: horq(), bits: 1, granularity: 'channel' },
  ...{ activations: horq({ scope: 'sample' }), activationBits: bits, exclude },
});
const halfWave = (exclude: readonly string[]): Recipe => ({
  ...{ weights: hwgq(), bits: 1, granularity: 'channel' },
  ...{ activations: hwgq(), activationBits: 2, exclude },
});

/** Networks as they are used, of nsfwjs, then others of random weights in the shapes of ResNet-18 and VGG-small. */
export const networks: readonly Network[] = [
  photographed('MobileNetV2 of nsfwjs', 224, loadMobileNet),
  photographed('InceptionV3 of nsfwjs', 299, () => loadLayersModel({ load: inceptionArtifacts })),
  ...residualBodies({ side: 56, filters: 64, classes: 1000 }),
  ...plainNetworks({ side: 32, filters: 128, classes: 10 }),
];

function photographed(name: string, side: number, load: Network['load']): Network {
  const shape = [side, side, 3];
  const size = 3 * side ** 2;
  return {
    ...{ name, shape, variants: ofPictures, load },
    *pictures() {
      for (const { crops, data } of cropBatches(PHOTOGRAPHS.length, side))
        for (let crop = 0; crop < crops; crop++) yield data.subarray(crop * size, (crop + 1) * size);
    },
  };
}

/** The body of ResNet-18 in three ways; inputs of signs are no outputs of rectifiers. */
export function residualBodies(size: Omit<Size, 'isRectified'>): Network[] {
  const { side, filters } = size;
  const exclude = [lastLayer];
  const named = { name: 'body of ResNet-18', shape: [side, side, filters] };
  const goal = { goal: 8, least: 0.8 * 8 };
  return [
    shaped({ ...named, load: () => residualBody({ ...size, isRectified: false }) }, [
      { name: '1 × 1', recipe: signs(1, exclude), options: {}, ...goal },
      { name: '1 × 1 + 1', recipe: signs(2, exclude), options: {} },
    ]),
    shaped({ ...rectified(named), load: () => residualBody({ ...size, isRectified: true }) }, [
      { name: '1 × 2', recipe: halfWave(exclude), options: {} },
    ]),
  ];
}

function rectified<N extends Pick<Network, 'name'>>(network: N): N {
  return { ...network, name: `${network.name}, rectified` };
}

/** VGG-small in three ways, whose first and last layers are float. */
export function plainNetworks(size: Omit<Size, 'isRectified'>): Network[] {
  const exclude = ['conv0', lastLayer];
  const named = { name: 'VGG-small', shape: [size.side, size.side, 3] };
  return [
    shaped({ ...named, load: () => plainNetwork({ ...size, isRectified: false }) }, [
      { name: '1 × 1', recipe: signs(1, exclude), options: {} },
      { name: '1 × 1 + 1', recipe: signs(2, exclude), options: {} },
    ]),
    shaped({ ...rectified(named), load: () => plainNetwork({ ...size, isRectified: true }) }, [
      { name: '1 × 2', recipe: halfWave(exclude), options: {} },
    ]),
  ];
}

/** Of random weights, and so of random pictures. */
function shaped(
  network: Pick<Network, 'name' | 'shape' | 'load'>,
  variants: readonly NetworkVariant[],
): Network {
  const size = network.shape.reduce((product, one) => product * one, 1);
  return {
    ...network,
    variants,
    *pictures() {
      for (let seed = 1; seed <= 10; seed++) yield spread(size, seed);
    },
  };
}
