import type { JsonObject, Shape } from '../../model.js';
import { idleLayers } from '../../layers/shaping.js';
import { eachOf, ours, same, type Changed, type Rule, type RuleTable } from './form.js';

/** What does nothing when a model is used. */
const idle = ({ name }: JsonObject): Changed => ({
  className: 'Activation',
  config: { name: name!, activation: 'linear' },
});

/** TensorFlow.js has it for inputs of three axes and more, of which it knows the sizes. */
const flatten: Rule = (config, { input }) => {
  if (input?.length === 2) return idle(config);
  const isPlain = input === undefined || (input.length > 2 && isKnown(input));
  return isPlain
    ? undefined
    : { className: 'Reshape', config: { name: config['name']!, target_shape: [-1] } };
};

/** TensorFlow.js takes the size of the crop for that of the input. */
const centerCrop: Rule = (config, { input }) => {
  const { name, height, width } = config;
  const extra = [height, width].map((size, i) => (input?.[i + 1] ?? NaN) - Number(size));
  if (!extra.every((size) => size >= 0)) return ours('CenterCrop', config);
  const cropping = extra.map((size) => [Math.floor(size / 2), size - Math.floor(size / 2)]);
  return { className: 'Cropping2D', config: { name: name!, cropping } };
};

/** TensorFlow.js has it by the nearest pixel alone, and its own way between pixels. */
const upSampling: Rule = (config) => {
  const { interpolation = 'nearest' } = config;
  if (interpolation === 'nearest' || config['half_pixels'] === false) return undefined;
  return interpolation === 'bilinear'
    ? ours('UpSampling2D', config)
    : `interpolation=${String(interpolation)}`;
};

/** What TensorFlow.js calls by this name takes other pixels. */
const resizing: Rule = (config) => {
  const interpolation = String(config['interpolation'] ?? 'bilinear').toLowerCase();
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') return `interpolation=${interpolation}`;
  if (config['antialias'] === true && interpolation === 'bilinear') return 'antialias=True';
  return ours('Resizing', { ...config, interpolation });
};

/** Layers that are ours whatever their settings. */
function allOurs(classNames: string): RuleTable {
  return Object.fromEntries(classNames.split(' ').map((name) => [name, (config) => ours(name, config)]));
}

export const shapingRules: RuleTable = {
  ...eachOf('Permute RepeatVector Masking ZeroPadding2D Cropping2D Rescaling', same),
  ...allOurs('ZeroPadding1D ZeroPadding3D Cropping1D Cropping3D UpSampling1D UpSampling3D'),
  ...eachOf(idleLayers, idle),
  Reshape: (config, { output }) => ({
    config: isKnown(output) ? { ...config, target_shape: output.slice(1) } : config,
  }),
  Flatten: flatten,
  Mask: (config) => ours('Mask', config),
  CenterCrop: centerCrop,
  UpSampling2D: upSampling,
  Resizing: resizing,
};

function isKnown(shape: Shape | undefined): shape is readonly number[] {
  return shape !== undefined && shape.slice(1).every((size) => size !== null);
}
