import type { ObservedInputs } from '../calibration/input-statistics.js';
import type { SessionOptions } from './events.js';

/** Which inputs are looked at. */
export interface ObserveInputsOptions extends SessionOptions {
  /** Ids of the weights. */
  readonly weights: readonly string[];
  /** Default 0. */
  readonly seed?: number;
}

/** How inputs are looked at one after the other. */
export interface CaptureInputsOptions extends ObserveInputsOptions {
  /** Ids of weights whose biases will take off something. Default: none. */
  readonly biases?: readonly string[];
}

/** What was seen, by the ids of weights, and of the others why nothing can be known of their inputs. */
export interface InputsOfWeights {
  readonly inputs: ReadonlyMap<string, ObservedInputs>;
  readonly unknown: ReadonlyMap<string, string>;
}

/**
 * Tells the inputs of one weight after the other in a network in which those before have other values already. What was computed is
 * kept, so that each part of the network runs once.
 */
export interface InputCapture {
  /** What the inputs of weights are in the network as it is now. Weights are asked for in the order of execution. */
  inputs(weights: readonly string[]): Promise<InputsOfWeights>;
  /**
   * A weight has these values from now on.
   *
   * @param shift What its bias takes off, one value an output channel, where that was said to take off something. Default: nothing.
   */
  set(weight: string, values: Float32Array, shift?: Float32Array): void;
  /** Frees what is kept. */
  close(): Promise<void>;
}

/** Most rows of inputs that are taken of one weight; of more, as many are drawn evenly. */
export const mostInputRows = 65_536;
