import type { Shape } from '../../model.js';
import { eachOf, same, type Rule, type RuleTable } from './form.js';

/** Layers that do nothing when a model is used. */
const idle: Rule = (config) => ({
  className: 'Activation',
  config: { name: config['name']!, activation: 'linear' },
});

/** TensorFlow.js takes the size of the crop for that of the input. */
const centerCrop: Rule = ({ name, height, width }, { input }) => {
  const extra = [height, width].map((size, i) => (input?.[i + 1] ?? NaN) - Number(size));
  if (!extra.every((size) => size >= 0)) return 'inputs of which the size is not known, or smaller ones';
  const cropping = extra.map((size) => [Math.floor(size / 2), size - Math.floor(size / 2)]);
  return { className: 'Cropping2D', config: { name: name!, cropping } };
};

export const shapingRules: RuleTable = {
  ...eachOf('Flatten Permute RepeatVector Masking ZeroPadding2D Cropping2D Rescaling', same),
  ...eachOf('Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise', idle),
  ...eachOf('AlphaDropout ActivityRegularization Identity RandomFlip RandomRotation RandomZoom', idle),
  ...eachOf('RandomTranslation RandomContrast RandomBrightness', idle),
  Reshape: (config, { output }) => ({
    config: isKnown(output) ? { ...config, target_shape: output.slice(1) } : config,
  }),
  CenterCrop: centerCrop,
  UpSampling2D: ({ interpolation = 'nearest' }) =>
    interpolation === 'nearest' ? undefined : `interpolation=${String(interpolation)}`,
};

function isKnown(shape: Shape | undefined): shape is readonly number[] {
  return shape !== undefined && shape.slice(1).every((size) => size !== null);
}
