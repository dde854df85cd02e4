import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** One training step of a network with its own batch, on the backend that was current when it was made. */
export interface Step {
  /** Milliseconds of one step, its result read back. */
  time(): Promise<number>;
  /** The loss of the step before. */
  loss(): number;
  dispose(): void;
}

export interface Size {
  readonly batch: number;
  /** Rows and columns of the pictures. */
  readonly side: number;
  readonly filters: readonly [number, number, number];
}

/** A small network of its kind: three convolutions with batch normalization, pooling, a dense layer; SGD. */
export async function trainingStep(backend: string, { batch, side, filters }: Size): Promise<Step> {
  await tf.setBackend(backend);
  const model = smallNetwork(side, filters);
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy' });
  const xs = tf.randomUniform([batch, side, side, 1], -1, 1, 'float32', 1);
  const classes = Int32Array.from({ length: batch }, (_, i) => i % 10);
  const ys = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(classes), 10), 'float32'));
  let last = NaN;
  return {
    async time() {
      await tf.setBackend(backend);
      const begun = performance.now();
      last = (await model.trainOnBatch(xs, ys)) as number;
      return performance.now() - begun;
    },
    loss: () => last,
    dispose() {
      tf.dispose([xs, ys]);
      model.dispose();
    },
  };
}

function smallNetwork(side: number, filters: Size['filters']): tfl.Sequential {
  const { layers } = tfl;
  const model = tfl.sequential();
  filters.forEach((count, i) => {
    const kernelInitializer = tfl.initializers.heNormal({ seed: i + 1 });
    const first = i === 0 ? { inputShape: [side, side, 1] } : {};
    model.add(
      layers.conv2d({
        filters: count,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
        kernelInitializer,
        ...first,
      }),
    );
    model.add(layers.batchNormalization());
    model.add(layers.reLU());
    if (i < 2) model.add(layers.maxPooling2d({ poolSize: 2 }));
  });
  model.add(layers.flatten());
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 9 });
  model.add(layers.dense({ units: 10, activation: 'softmax', kernelInitializer }));
  return model;
}
