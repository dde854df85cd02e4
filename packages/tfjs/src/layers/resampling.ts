import * as tf from '@tensorflow/tfjs-core';

export type Interpolation = 'nearest' | 'bilinear';

/** Each place of an axis takes a share of one place of another axis. */
interface Tap {
  readonly places: Int32Array;
  readonly shares: Float32Array;
}

/**
 * Brings axes to other lengths as `tf.image.resize` of TensorFlow does it, with pixels that lie half a step from the border. Made of `gather`, since
 * TensorFlow.js' own gradients of resized pictures know other borders.
 *
 * @param lengths One for each axis from the second on.
 */
export function resampled(x: tf.Tensor, lengths: readonly number[], interpolation: Interpolation): tf.Tensor {
  return lengths.reduce((done, length, i) => {
    const from = done.shape[i + 1]!;
    if (from === length) return done;
    return interpolation === 'nearest'
      ? tf.gather(done, tf.tensor1d(nearest(from, length), 'int32'), i + 1)
      : mixed(done, i + 1, neighbours(from, length));
  }, x);
}

function mixed(x: tf.Tensor, axis: number, taps: readonly Tap[]): tf.Tensor {
  const shape = x.shape.map((_, i) => (i === axis ? -1 : 1));
  const parts = taps.map(({ places, shares }) => {
    const own = tf.gather(x, tf.tensor1d(places, 'int32'), axis);
    return tf.mul(own, tf.reshape(tf.tensor1d(shares), shape));
  });
  return parts.reduce((sum, part) => tf.add(sum, part));
}

/** In single precision, as TensorFlow computes it: at some lengths double precision finds other pixels. */
function nearest(from: number, to: number): Int32Array {
  const scale = Math.fround(from / to);
  return Int32Array.from({ length: to }, (_, i) =>
    Math.min(Math.floor(Math.fround((i + 0.5) * scale)), from - 1),
  );
}

/** The pixel before and the one behind each place. */
function neighbours(from: number, to: number): readonly Tap[] {
  const scale = Math.fround(from / to);
  const places = Float32Array.from({ length: to }, (_, i) => Math.fround((i + 0.5) * scale) - 0.5);
  const behind = places.map((place) => place - Math.floor(place));
  return [
    {
      places: Int32Array.from(places, (place) => Math.max(Math.floor(place), 0)),
      shares: behind.map((share) => 1 - share),
    },
    { places: Int32Array.from(places, (place) => Math.min(Math.ceil(place), from - 1)), shares: behind },
  ];
}
