import { scalesPixels } from '@lowbit/core/adapter';

/** Layers by which the values of a picture stay what they are, those that only training uses among them. */
const keeping = new RegExp(
  [
    '^(Lowbit)?(Identity|\\w*Dropout([123]D)?|GaussianNoise|ActivityRegularization|Rand\\w+|AugMix|MixUp|CutMix',
    'Resizing|CenterCrop|ZeroPadding2D|Cropping2D|UpSampling2D|Permute|Reshape)$',
  ].join('|'),
);

/** What a layer of Keras or TensorFlow.js is, as far as pixels are concerned. */
export interface PixelLayer {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Means among its weights, where it normalizes by those. */
  readonly means?: ArrayLike<number>;
}

/** Whether the values of pictures go through unchanged. */
export function keepsPixels({ className, config }: PixelLayer): boolean {
  return keeping.test(className) || (className === 'Activation' && config['activation'] === 'linear');
}

/** Whether a layer brings pixels of 0 to 255 into another range: Rescaling, or a normalization by means that only such pixels have. */
export function scalesPixelsItself({ className, config, means }: PixelLayer): boolean {
  if (className === 'Rescaling')
    return scalesPixels(numbers(config['scale'] ?? 1), numbers(config['offset'] ?? 0));
  if (!/^(Lowbit)?(Batch)?Normalization$/.test(className) || config['invert'] === true) return false;
  return scalesPixels(
    [1],
    numbers(means ?? config['mean'] ?? 0).map((mean) => -mean),
  );
}

/** The numbers of a setting, which may be a list of lists. */
function numbers(value: unknown): readonly number[] {
  if (Array.isArray(value)) return value.flatMap(numbers);
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : [Number(value)];
}
