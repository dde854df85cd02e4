import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

import { causalMask, masksAmong, maskedSoftmax, pairMask } from './attention-scores.js';
import type { Equation } from './einsum.js';
import { einsum } from './einsum.js';
import { MasklessLayer } from './maskless-layer.js';
import type { CallOptions, Settings, Shape } from './own-layer.js';

interface MultiHeadSettings {
  numHeads: number;
  keyDim: number;
  valueDim: number;
  useBias: boolean;
  dropout: number;
  /** Sizes of the last axes of the result. */
  outputSizes: number[];
  /** Axes that attention goes over, counted from 0; the others are told apart. */
  attentionAxes: number[];
  useCausalMask: boolean;
  returnAttentionScores: boolean;
  /** Names of the masks that follow the tensors among the inputs. */
  masks: string[];
  /** Whether a query of which the masks leave nothing has weights of 0. */
  emptyIsZero: boolean;
}

type Part = 'query' | 'key' | 'value' | 'attention_output';

/** Vaswani et al., "Attention Is All You Need", 2017. Called with query, value and, where it is another one, key. */
export class MultiHeadAttention extends MasklessLayer<MultiHeadSettings> {
  static readonly className = 'LowbitMultiHeadAttention';
  private readonly kernels = new Map<Part, LayerVariable>();
  private readonly biases = new Map<Part, LayerVariable>();

  constructor(config: Settings) {
    super(config, {
      ...{ numHeads: 1, keyDim: 1, valueDim: 1, useBias: true, dropout: 0 },
      ...{ outputSizes: [], attentionAxes: [], useCausalMask: false, returnAttentionScores: false },
      ...{ masks: [], emptyIsZero: false },
    });
  }

  protected override makeWeights(shapes: readonly Shape[]): void {
    const { numHeads, keyDim, valueDim, outputSizes, masks } = this.settings;
    const [query, value, key = value] = shapes.slice(0, shapes.length - masks.length);
    const add = (part: Part, from: readonly number[], to: readonly number[]) => {
      this.kernels.set(part, this.weight(`${part}_kernel`, [...from, ...to], 0));
      if (this.settings.useBias) this.biases.set(part, this.weight(`${part}_bias`, [...to], 0));
    };
    add('query', [query!.at(-1)!], [numHeads, keyDim]);
    add('key', [key!.at(-1)!], [numHeads, keyDim]);
    add('value', [value!.at(-1)!], [numHeads, valueDim]);
    add('attention_output', [numHeads, valueDim], outputSizes);
  }

  protected override compute(inputs: readonly tf.Tensor[], options: CallOptions): tf.Tensor[] {
    const { masks: names, useCausalMask, returnAttentionScores, dropout, keyDim } = this.settings;
    const [query, value, key = value] = inputs.slice(0, inputs.length - names.length);
    const { scores: toScores, mixed: toMixed, letters } = this.equations(query!.rank);
    const queries = tf.mul(this.projected('query', query!, 1), 1 / Math.sqrt(keyDim));
    const scores = einsum(toScores, this.projected('key', key!, 1), queries);
    const causal = useCausalMask ? causalMask(query!.shape[1]!, value!.shape[1]!) : undefined;
    const mask = this.spread(pairMask(masksAmong(inputs, names), causal), scores.rank);
    const weights = maskedSoftmax(scores, mask, letters, this.settings.emptyIsZero);
    const kept = options.training && dropout > 0 ? tf.dropout(weights, dropout) : weights;
    const mixed = einsum(toMixed, kept, this.projected('value', value!, 1));
    const result = this.projected('attention_output', mixed, 2);
    return returnAttentionScores ? [result, weights] : [result];
  }

  /** Products with a kernel over the last `count` axes. */
  private projected(part: Part, x: tf.Tensor, count: number): tf.Tensor {
    const kernel = this.kernels.get(part)!.read();
    const free = alphabet.slice(0, x.rank - count);
    const summed = alphabet.slice(x.rank - count, x.rank);
    const made = alphabet.slice(x.rank, x.rank + kernel.rank - count);
    const product = einsum({ left: free + summed, right: summed + made, output: free + made }, x, kernel);
    const bias = this.biases.get(part);
    return bias ? tf.add(product, bias.read()) : product;
  }

  /** A mask `[batch, query steps, value steps]` for scores `[batch, …, heads, query axes, value axes]`. */
  private spread(mask: tf.Tensor | undefined, rank: number): tf.Tensor | undefined {
    if (mask === undefined) return undefined;
    const place = mask.rank - 2 * this.settings.attentionAxes.length;
    const [front, back] = [mask.shape.slice(0, place), mask.shape.slice(place)];
    return tf.reshape(mask, [...front, ...Array<number>(rank - mask.rank).fill(1), ...back]);
  }

  /** Of projections `[batch, …, heads, size]` of which the inputs have `rank` axes; the axes of scores that weights are shared among. */
  private equations(rank: number): { scores: Equation; mixed: Equation; letters: number[] } {
    const { attentionAxes } = this.settings;
    const target = alphabet.slice(0, rank + 1);
    const isAttended = (axis: number) => attentionAxes.includes(axis);
    const source = [...target]
      .map((letter, axis) => (isAttended(axis) ? letter.toUpperCase() : letter))
      .join('');
    const apart = [...target.slice(0, rank)].filter((_, axis) => !isAttended(axis)).join('');
    const pick = (term: string) => attentionAxes.map((axis) => term[axis]!).join('');
    const scores = apart + pick(target) + pick(source);
    const letters = attentionAxes.map((_, i) => scores.length - attentionAxes.length + i);
    return {
      scores: { left: source, right: target, output: scores },
      mixed: { left: scores, right: source, output: target },
      letters,
    };
  }

  protected override resultShape(shapes: readonly Shape[]): Shape | Shape[] {
    const { numHeads, outputSizes, attentionAxes, returnAttentionScores } = this.settings;
    const [query, value] = shapes as [Shape, Shape];
    const result: Shape = [...query.slice(0, -1), ...outputSizes];
    const apart = query.slice(0, -1).filter((_, axis) => !attentionAxes.includes(axis));
    const [queries, values] = [query, value].map((shape) => attentionAxes.map((axis) => shape[axis]!));
    return returnAttentionScores ? [result, [...apart, numHeads, ...queries!, ...values!]] : result;
  }
}

const alphabet = 'abcdefghijklmnop';
