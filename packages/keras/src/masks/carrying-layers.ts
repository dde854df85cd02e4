/** Which versions of Keras carry a mask on. */
type Carrying = 'both' | 'keras2' | 'keras3';

/**
 * Layers of one input, not recurrent, behind which a mask is the same as in front, as Keras 3.0 to 3.15, Keras 2.6 to 2.15 and tf-keras 2.21 say with
 * `supports_masking`. Behind all others it ends.
 */
const table: Readonly<Record<Carrying, readonly string[]>> = {
  both: [
    ...['Dense', 'TimeDistributed', 'QuantizedInput'],
    ...['Activation', 'ELU', 'LeakyReLU', 'PReLU', 'ReLU', 'Softmax', 'ThresholdedReLU'],
    ...['BatchNormalization', 'LayerNormalization', 'GroupNormalization', 'UnitNormalization'],
    ...['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D'],
    ...['GaussianDropout', 'GaussianNoise', 'AlphaDropout', 'ActivityRegularization'],
  ],
  // They do not say so, but give the very tensor that they take when a trained model is used, which has its mask still.
  keras2: [
    ...['RandomFlip', 'RandomRotation', 'RandomZoom'],
    ...['RandomTranslation', 'RandomContrast', 'RandomBrightness'],
  ],
  keras3: ['Identity', 'Rescaling', 'Normalization'],
};

/** Whether a mask goes on behind a layer of a class of Keras, in Keras 3 or before. */
export function carriesMask(className: string, isKeras3: boolean): boolean {
  return table.both.includes(className) || table[isKeras3 ? 'keras3' : 'keras2'].includes(className);
}
