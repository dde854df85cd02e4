import { product, sameShape, type ClassTable, type LayerClass } from './layer-class.js';

const flatten: LayerClass = {
  output: (_, [input]) => input && [input[0]!, product(input.slice(1))],
};

/** One size may be −1: what is left. */
const reshape: LayerClass = {
  output: (settings, [input]) => {
    const target = settings.integers('target_shape');
    const known = target.filter((size) => size !== -1).reduce((all, size) => all * size, 1);
    const total = input === undefined ? null : product(input.slice(1));
    const rest = total === null || known === 0 ? null : total / known;
    return [input?.[0] ?? null, ...target.map((size) => (size === -1 ? rest : size))];
  },
};

const permute: LayerClass = {
  output: (settings, [input]) =>
    input && [input[0]!, ...settings.integers('dims').map((axis) => input[axis] ?? null)],
};

const repeatVector: LayerClass = {
  output: (settings, [input]) => input && [input[0]!, settings.size('n'), ...input.slice(1)],
};

/** Adds to, takes from or multiplies the lengths of the axes between batch and channels. */
function resized(
  rank: number,
  key: string,
  change: (length: number, by: readonly [number, number]) => number,
): LayerClass {
  return {
    output: (settings, [input]) => {
      if (input === undefined) return undefined;
      const by = settings.pairs(key, rank, 1);
      const lengths = input
        .slice(1, 1 + rank)
        .map((length, i) => (length === null ? null : change(length, by[i]!)));
      return [input[0]!, ...lengths, ...input.slice(1 + rank)];
    },
  };
}

const padding = (rank: number) => resized(rank, 'padding', (length, [a, b]) => length + a + b);
const cropping = (rank: number) => resized(rank, 'cropping', (length, [a, b]) => length - a - b);

function upSampling(rank: number): LayerClass {
  return {
    output: (settings, [input]) => {
      if (input === undefined) return undefined;
      const by = settings.sizes('size', rank, 2);
      const lengths = input.slice(1, 1 + rank).map((length, i) => (length === null ? null : length * by[i]!));
      return [input[0]!, ...lengths, ...input.slice(1 + rank)];
    },
  };
}

/** Pictures of a given size; they may come without a batch axis. */
const picture: LayerClass = {
  output: (settings, [input]) =>
    input && [...input.slice(0, -3), settings.size('height'), settings.size('width'), input.at(-1)!],
};

const eachRank = [1, 2, 3].flatMap((rank) => [
  [`ZeroPadding${rank}D`, padding(rank)],
  [`Cropping${rank}D`, cropping(rank)],
  [`UpSampling${rank}D`, upSampling(rank)],
]);

/** Classes of layers that do nothing when a trained model is used, with spaces between them: what comes out is what goes in. */
export const idleLayers = [
  'Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout',
  'ActivityRegularization Identity RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast',
  'RandomBrightness RandomColorDegeneration RandomColorJitter RandomElasticTransform RandomErasing',
  'RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization',
  'RandomSaturation RandomSharpness RandomShear RandAugment AugMix MixUp CutMix',
].join(' ');

export const shapingClasses: ClassTable = {
  ...Object.fromEntries(eachRank),
  ...Object.fromEntries(idleLayers.split(' ').map((name) => [name, sameShape])),
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  Masking: sameShape,
  Rescaling: sameShape,
  Resizing: picture,
  CenterCrop: picture,
};
