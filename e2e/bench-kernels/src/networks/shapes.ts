import * as tfl from '@tensorflow/tfjs-layers';

const { layers } = tfl;

type Layer = tfl.layers.Layer;
type Node = tfl.SymbolicTensor;

/** How large a network is. */
export interface Size {
  /** Of the square pictures that it takes. */
  readonly side: number;
  /** Of the first convolution; each stage has twice as many as the one before. */
  readonly filters: number;
  readonly classes: number;
  /** Whether there are rectifiers, without which signs of what comes out differ. */
  readonly isRectified: boolean;
}

/** The name of the last layer, which is left float. */
export const lastLayer = 'classes';

/**
 * The body of ResNet-18: four stages of two blocks of two convolutions of 3 × 3, all but the first stage with half as many rows and columns, then
 * means and classes. What comes before it in ResNet makes `[side, side, filters]` of a picture. Weights are random.
 */
export function residualBody({ side, filters, classes, isRectified }: Size): tfl.LayersModel {
  const input = tfl.input({ shape: [side, side, filters] });
  let x = input;
  for (let stage = 0; stage < 4; stage++)
    for (let block = 0; block < 2; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const name = `s${stage}b${block}`;
      const own = filters * 2 ** stage;
      const way = [
        ...convolution(`${name}-1`, own, 3, strides),
        ...rectifiers(isRectified),
        ...convolution(`${name}-2`, own, 3, 1),
      ];
      const across = strides === 1 ? x : after(x, convolution(`${name}-across`, own, 1, strides));
      const sum = layers.add({ name: `${name}-sum` }).apply([after(x, way), across]) as Node;
      x = after(sum, rectifiers(isRectified));
    }
  return tfl.model({ inputs: input, outputs: after(x, ends(classes)) });
}

/** VGG-small, whose first layer is left float: six convolutions of 3 × 3, the rows and columns halved after each two, then classes. */
export function plainNetwork({ side, filters, classes, isRectified }: Size): tfl.LayersModel {
  const input = tfl.input({ shape: [side, side, 3] });
  const pairs = [0, 1, 2].flatMap((stage) => [
    ...convolution(`conv${2 * stage}`, filters * 2 ** stage, 3, 1),
    ...rectifiers(isRectified),
    ...convolution(`conv${2 * stage + 1}`, filters * 2 ** stage, 3, 1),
    ...rectifiers(isRectified),
    layers.maxPooling2d({ poolSize: 2 }),
  ]);
  const inputs = after(input, pairs);
  return tfl.model({ inputs: input, outputs: after(inputs, [layers.flatten(), classifier(classes)]) });
}

function after(x: Node, following: readonly Layer[]): Node {
  return following.reduce((from, layer) => layer.apply(from) as Node, x);
}

function convolution(name: string, filters: number, kernelSize: number, strides: number): Layer[] {
  const seed = name.length + filters + strides;
  // Made fast, which random normal values are not.
  const kernelInitializer = tfl.initializers.heUniform({ seed });
  // Without it sums of signs are often 0, which floats miss by a little.
  const betaInitializer = tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed });
  const shape = { filters, kernelSize, strides, padding: 'same', useBias: false } as const;
  return [
    layers.conv2d({ name, kernelInitializer, ...shape }),
    layers.batchNormalization({ name: `${name}-norm`, betaInitializer }),
  ];
}

function rectifiers(isRectified: boolean): Layer[] {
  return isRectified ? [layers.reLU()] : [];
}

function ends(classes: number): Layer[] {
  return [layers.globalAveragePooling2d({}), classifier(classes)];
}

function classifier(units: number): Layer {
  return layers.dense({ name: lastLayer, units, kernelInitializer: tfl.initializers.heUniform({ seed: 1 }) });
}
