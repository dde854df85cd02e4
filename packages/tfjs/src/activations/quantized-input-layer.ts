import type { Quantizer } from '@lowbit/core';
import { checkArgument, checkPlugin, type FittedSite } from '@lowbit/core/adapter';
import { loadSite } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { inputQuantizer, type QuantizedCall } from './input-quantizer.js';
import { layerJson, makeLayer, type LayerJson } from '../layers/make-layer.js';
import { layerConfig } from '../model/internals.js';

/** Name of the layer class in a saved topology. */
export const quantizedInputClass = 'LowbitQuantizedInput';

type Layer = tfLayers.layers.Layer;
type Shape = tfLayers.Shape | tfLayers.Shape[];

interface Config {
  readonly name: string;
  /** The site, as `storeSite` writes it. */
  readonly site: string;
  readonly layer: LayerJson;
}

const known = new Map<string, Quantizer>();

/** Makes TensorFlow.js able to load models whose activations are quantized by these quantizers. */
export function registerQuantizedInput(quantizers: readonly Quantizer[]): void {
  const where = 'registerQuantizedInput(quantizers)';
  checkArgument(Array.isArray(quantizers), quantizers, { where, expected: 'a list of quantizers' });
  quantizers.forEach(checkPlugin);
  for (const quantizer of quantizers) known.set(quantizer.name, quantizer);
  tf.serialization.registerClass(QuantizedInput);
}

/** A layer whose input is quantized before it computes. The weights are those of the layer behind it. */
class QuantizedInput extends tfLayers.layers.Layer {
  static readonly className = quantizedInputClass;
  readonly layer: Layer;
  /** How the input is quantized. */
  readonly fitted: FittedSite;
  private readonly site: string;
  private readonly quantized: QuantizedCall;

  constructor(config: Config) {
    super(layerConfig(config));
    this.site = config.site;
    this.layer = makeLayer(config.layer);
    this.fitted = loadSite(config.site, known, config.name);
    this.quantized = inputQuantizer(this.fitted, this.layer);
  }

  override build(inputShape: Shape): void {
    this.layer.build(inputShape);
    this.layer.built = true;
    this.built = true;
  }

  override computeMask(
    inputs: tf.Tensor | tf.Tensor[],
    mask?: tf.Tensor | tf.Tensor[],
  ): tf.Tensor | tf.Tensor[] {
    return this.layer.computeMask(inputs, mask);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return this.layer.computeOutputShape(inputShape);
  }

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Parameters<Layer['call']>[1],
  ): tf.Tensor | tf.Tensor[] {
    const call = (given: tf.Tensor | tf.Tensor[]) => this.layer.call(given, kwargs);
    return tf.tidy(() => this.quantized(inputs, call, (run) => run()));
  }

  override get trainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? this.layer.trainableWeights : [];
  }

  override get nonTrainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? this.layer.nonTrainableWeights : this.layer.weights;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), site: this.site, layer: { ...layerJson(this.layer) } };
  }
}
