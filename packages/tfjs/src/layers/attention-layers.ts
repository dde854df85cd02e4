import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

import { causalMask, masksAmong, maskedSoftmax, pairMask } from './attention-scores.js';
import { MasklessLayer } from './maskless-layer.js';
import type { CallOptions, Settings, Shape } from './own-layer.js';

interface AttentionSettings {
  useScale: boolean;
  /** How alike a query and a key are: `dot`, their product; `concat`, a sum of tanh. */
  scoreMode: 'dot' | 'concat';
  dropout: number;
  useCausalMask: boolean;
  returnAttentionScores: boolean;
  /** Names of the masks that follow the tensors among the inputs. */
  masks: string[];
}

/** Values `[batch, steps, features]` weighted by how alike queries and keys are. Called with query, value and, where it is another one, key. */
abstract class DenseAttention extends MasklessLayer<AttentionSettings> {
  constructor(config: Settings, useScale: boolean) {
    super(config, {
      useScale,
      scoreMode: 'dot',
      dropout: 0,
      useCausalMask: false,
      returnAttentionScores: false,
      masks: [],
    });
  }

  /** `[batch, query steps, key steps]` of `[batch, query steps, 1, features]` and `[batch, 1, key steps, features]`. */
  protected abstract scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor;

  protected override compute(inputs: readonly tf.Tensor[], { training = false }: CallOptions): tf.Tensor[] {
    const { masks: names, useCausalMask, returnAttentionScores, dropout } = this.settings;
    const [query, value, key = value] = inputs.slice(0, inputs.length - names.length);
    const { query: queryMask, value: valueMask } = masksAmong(inputs, names);
    const scores = this.scores(tf.expandDims(query!, 2), tf.expandDims(key!, 1));
    const causal = useCausalMask ? causalMask(scores.shape[1]!, scores.shape[2]!) : undefined;
    const mask = pairMask(valueMask ? { value: valueMask } : {}, causal);
    const weights = maskedSoftmax(scores, mask, [2]);
    const kept = training && dropout > 0 ? tf.dropout(weights, dropout) : weights;
    const mixed = tf.matMul(kept as tf.Tensor3D, value as tf.Tensor3D);
    const result = queryMask ? tf.mul(mixed, tf.expandDims(queryMask, -1)) : mixed;
    return returnAttentionScores ? [result, weights] : [result];
  }

  protected override resultShape(shapes: readonly Shape[]): Shape | Shape[] {
    const { masks, returnAttentionScores } = this.settings;
    const [query, value, key = value] = shapes.slice(0, shapes.length - masks.length);
    const result: Shape = [...query!.slice(0, -1), value!.at(-1)!];
    return returnAttentionScores ? [result, [...query!.slice(0, -1), key!.at(-2)!]] : result;
  }
}

/** Of Luong et al., "Effective Approaches to Attention-based Neural Machine Translation", 2015. */
class Attention extends DenseAttention {
  static readonly className = 'LowbitAttention';
  private scale?: LayerVariable;
  private concatWeight?: LayerVariable;

  constructor(config: Settings) {
    super(config, false);
  }

  protected override makeWeights(): void {
    const { useScale, scoreMode } = this.settings;
    if (useScale) this.scale = this.weight('scale', [], 1);
    if (scoreMode === 'concat') this.concatWeight = this.weight('concat_score_weight', [], 1);
  }

  protected override scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const scaled = (x: tf.Tensor) => (this.scale ? tf.mul(this.scale.read(), x) : x);
    if (this.concatWeight)
      return tf.mul(this.concatWeight.read(), tf.sum(tf.tanh(scaled(tf.add(query, key))), -1));
    const products = tf.matMul(
      tf.squeeze(query, [2]) as tf.Tensor3D,
      tf.squeeze(key, [1]) as tf.Tensor3D,
      false,
      true,
    );
    return scaled(products);
  }
}

/** Of Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align and Translate", 2014. */
class AdditiveAttention extends DenseAttention {
  static readonly className = 'LowbitAdditiveAttention';
  private scale?: LayerVariable;

  constructor(config: Settings) {
    super(config, true);
  }

  protected override makeWeights([query]: readonly Shape[]): void {
    if (this.settings.useScale) this.scale = this.weight('scale', [query!.at(-1)!], 1);
  }

  protected override scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const alike = tf.tanh(tf.add(query, key));
    return tf.sum(this.scale ? tf.mul(this.scale.read(), alike) : alike, -1);
  }
}

export const attentionLayers = [Attention, AdditiveAttention];
