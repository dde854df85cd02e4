import type { StorageCost } from './storage-cost.js';

/**
 * What is known about the candidates of each weight, and about choices for the whole model: plain JSON, which merges and which
 * measuring goes on with.
 */
export interface Measurements {
  readonly format: 'lowbit-measurements';
  readonly version: 1;
  /** Name of the port. */
  readonly port: string;
  /** Which model it is of, where whoever measured says so. */
  readonly model?: MeasuredModel;
  /** What effects are. Absent where nothing was run: effects are then missing everywhere. */
  readonly effect?: EffectKind;
  readonly items: readonly MeasuredItem[];
  /** Choices for the whole model whose outputs were looked at. */
  readonly joint: readonly JointEffect[];
  /** Choices for the whole model that were written. */
  readonly written: readonly WrittenSize[];
  /** By depth, of layers with measured weights. Absent where no samples with labels of classes were looked at. */
  readonly separability?: readonly LayerSeparability[];
}

/** How well features separate classes. */
export interface LayerSeparability {
  readonly layer: string;
  /** See `traceRatio`: from 0, more is better. */
  readonly value: number;
}

/** A model, told from others. */
export interface MeasuredModel {
  /** For people. */
  readonly name: string;
  /** Of its bytes: equal for the same model. */
  readonly hash: string;
}

/** What was looked at while weights were replaced. */
export interface EffectKind {
  /**
   * `outputs`: how far they are off, see `outputEffect`. `labels`: by how much the mean cross-entropy of the labels grows, nats.
   * `metric`: by how much a metric of the user falls.
   */
  readonly of: 'outputs' | 'labels' | 'metric';
  readonly samples: number;
}

/** Weights whose bits are decided at once: one, or several that are coupled. */
export interface MeasuredItem {
  readonly ids: readonly string[];
  /** The first layer that uses the first of them, and its depth. */
  readonly layer: string;
  readonly depth: number;
  readonly values: number;
  /** Multiply-accumulate operations of one sample, of all layers that use them, where known. */
  readonly macs?: number;
  readonly candidates: readonly MeasuredCandidate[];
}

/** What one candidate costs and loses. */
export interface MeasuredCandidate extends StorageCost {
  /** See `candidateKey`. */
  readonly candidate: string;
  readonly bits: number | 'float';
  /** Σ(w − ŵ)². */
  readonly weightError: number;
  /** Of this candidate alone, all other weights being float; 0 is none. */
  readonly effect?: number;
}

/** A choice of candidates: keys by the id of the weight. */
export type CandidateChoice = Readonly<Record<string, string>>;

/** What a choice for the whole model does to its outputs. */
export interface JointEffect {
  readonly choice: CandidateChoice;
  readonly effect: number;
  /** Decibels, the worst output; `null` where nothing is off. Absent where the model has no float output. */
  readonly sqnrDb?: number | null;
  /** How much of the metric, or points of the right classes, is lost. Absent without labels and metric. */
  readonly loss?: number;
  /** What parts of the samples add to the effect of outputs, by which differences by chance are told. Absent where there are too few samples. */
  readonly parts?: readonly number[];
  /** It is of the written model, not of the original with replaced weights. */
  readonly ofResult?: true;
  /** Samples that the decibels are of, where these are more than those of the effect. */
  readonly samples?: number;
}

/** What a choice for the whole model takes. */
export interface WrittenSize {
  readonly choice: CandidateChoice;
  /** Bytes of the whole model with its data. */
  readonly bytes: number;
  /** Of them those of codes and parameters of the weights that were quantized. */
  readonly weightBytes?: number;
}
