import * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import type { LayerJson } from './make-layer.js';
import { layerJson, makeLayer } from './make-layer.js';
import { MasklessLayer } from './maskless-layer.js';
import type { CallOptions, Settings, Shape } from './own-layer.js';
import type { Recurrent } from './recurrent-layers.js';

type MergeMode = 'concat' | 'sum' | 'ave' | 'mul' | 'none';

interface BidirectionalSettings {
  forwardLayer: LayerJson;
  backwardLayer: LayerJson;
  /** `none`: both results, one after the other. */
  mergeMode: MergeMode;
  returnSequences: boolean;
  returnState: boolean;
  /** Whether the last of the inputs is a mask. */
  masked: boolean;
}

/** Two recurrent layers of ours, the second of which goes backwards; initial states are those of the first, then those of the second. */
export class Bidirectional extends MasklessLayer<BidirectionalSettings> {
  static readonly className = 'LowbitBidirectional';
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;

  constructor(config: Settings) {
    const [forwardLayer, backwardLayer] = [config['forwardLayer'], config['backwardLayer']] as LayerJson[];
    super(config, {
      forwardLayer: forwardLayer!,
      backwardLayer: backwardLayer!,
      mergeMode: 'concat',
      returnSequences: false,
      returnState: false,
      masked: false,
    });
    this.forwardLayer = makeLayer(forwardLayer!) as Recurrent;
    this.backwardLayer = makeLayer(backwardLayer!) as Recurrent;
    // As TensorFlow.js names them: both after the first.
    this.forwardLayer.scopeCells(`forward_${this.forwardLayer.name}`);
    this.backwardLayer.scopeCells(`backward_${this.forwardLayer.name}`);
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    for (const layer of [this.forwardLayer, this.backwardLayer]) layer.build(input!);
  }

  protected override compute(inputs: readonly tf.Tensor[], options: CallOptions): tf.Tensor[] {
    const { masked, returnState } = this.settings;
    const [x, ...rest] = inputs as [tf.Tensor, ...tf.Tensor[]];
    const mask = masked ? [rest.pop()!] : [];
    const half = rest.length / 2;
    const run = (layer: Recurrent, states: tf.Tensor[]) =>
      [layer.call([x, ...states, ...mask], options)].flat() as [tf.Tensor, ...tf.Tensor[]];
    const [forward, ...states] = run(this.forwardLayer, rest.slice(0, half));
    const [backward, ...others] = run(this.backwardLayer, rest.slice(half));
    const merged = this.merged(forward, backward);
    return returnState ? [...merged, ...states, ...others] : merged;
  }

  private merged(forward: tf.Tensor, after: tf.Tensor): tf.Tensor[] {
    const { mergeMode, returnSequences } = this.settings;
    const backward = returnSequences ? tf.reverse(after, 1) : after;
    switch (mergeMode) {
      case 'concat':
        return [tf.concat([forward, backward], -1)];
      case 'sum':
        return [tf.add(forward, backward)];
      case 'ave':
        return [tf.mul(0.5, tf.add(forward, backward))];
      case 'mul':
        return [tf.mul(forward, backward)];
      default:
        return [forward, backward];
    }
  }

  protected override resultShape([input]: readonly Shape[]): Shape | Shape[] {
    const { mergeMode, returnState } = this.settings;
    const shapes = (layer: Recurrent) => {
      const all = layer.computeOutputShape(input!);
      return (Array.isArray(all[0]) ? all : [all]) as [Shape, ...Shape[]];
    };
    const [forward, ...states] = shapes(this.forwardLayer);
    const [backward, ...others] = shapes(this.backwardLayer);
    const width = mergeMode === 'concat' ? forward.at(-1)! + backward.at(-1)! : forward.at(-1)!;
    const values = mergeMode === 'none' ? [forward, backward] : [[...forward.slice(0, -1), width]];
    const result = returnState ? [...values, ...states, ...others] : values;
    return result.length === 1 ? result[0]! : result;
  }

  override get trainableWeights(): tfLayers.LayerVariable[] {
    const both = [this.forwardLayer, this.backwardLayer];
    return this.trainable ? both.flatMap(({ trainableWeights }) => trainableWeights) : [];
  }

  override get nonTrainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? [] : [...this.forwardLayer.weights, ...this.backwardLayer.weights];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const [forwardLayer, backwardLayer] = [this.forwardLayer, this.backwardLayer].map(layerJson);
    return { ...super.getConfig(), forwardLayer: { ...forwardLayer! }, backwardLayer: { ...backwardLayer! } };
  }
}
