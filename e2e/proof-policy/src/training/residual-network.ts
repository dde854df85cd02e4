import { side } from '@lowbit/e2e-proof-tfjs';
import * as tfl from '@tensorflow/tfjs-layers';

type Symbolic = tfl.SymbolicTensor;

/** Filters of the three stages; the picture is halved before each. */
const stages = [16, 32, 64] as const;

/**
 * A network in the manner of ResNet for pictures of 28 × 28: a convolution, three stages of two with a shortcut around them, the mean over
 * the picture, a dense layer; 78,000 weights in ten layers by the longest way, two more in shortcuts.
 */
export function residualNetwork(seed: number): tfl.LayersModel {
  let number = 0;
  const convolution = (x: Symbolic, name: string, filters: number, kernelSize: number, strides: number) => {
    const kernelInitializer = tfl.initializers.heNormal({ seed: seed + number++ });
    const settings = { name, filters, kernelSize, strides, kernelInitializer };
    const made = tfl.layers.conv2d({ ...settings, padding: 'same', useBias: false }).apply(x);
    return tfl.layers.batchNormalization({ name: `${name}-norm` }).apply(made) as Symbolic;
  };
  const rectified = (x: Symbolic, name: string) => tfl.layers.reLU({ name }).apply(x) as Symbolic;
  const pictures = tfl.input({ shape: [side, side, 1], name: 'pictures' });
  let x = rectified(convolution(pictures, 'stem', stages[0], 3, 2), 'stem-relu');
  stages.forEach((filters, i) => {
    const [name, strides] = [`stage${i + 1}`, i === 0 ? 1 : 2];
    const inner = rectified(convolution(x, `${name}-a`, filters, 3, strides), `${name}-a-relu`);
    const outer = convolution(inner, `${name}-b`, filters, 3, 1);
    const shortcut = strides === 1 ? x : convolution(x, `${name}-shortcut`, filters, 1, strides);
    const sum = tfl.layers.add({ name: `${name}-sum` }).apply([outer, shortcut]) as Symbolic;
    x = rectified(sum, `${name}-relu`);
  });
  const mean = tfl.layers.globalAveragePooling2d({ name: 'mean' }).apply(x) as Symbolic;
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: seed + number });
  const classes = tfl.layers.dense({ name: 'classes', units: 10, activation: 'softmax', kernelInitializer });
  return tfl.model({ inputs: pictures, outputs: classes.apply(mean) as Symbolic });
}
