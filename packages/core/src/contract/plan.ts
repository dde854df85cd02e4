import type { Options } from './options.js';
import type { Granularity } from './policy.js';
import type { ParameterStorage } from '../scheme/types.js';

/** What happens to one weight: either bits and a quantizer, or `float`. */
export type PlanEntry = QuantizedEntry | FloatEntry;

export interface QuantizedEntry {
  readonly id: string;
  readonly layer: string;
  readonly bits: number;
  readonly quantizer: { readonly name: string; readonly options: Options };
  /** Options in whose place came those that a packed form wanted: the report tells what that costs. */
  readonly instead?: Options;
  /** What there is to say of what a packed form of this weight wanted; the reason says it too. */
  readonly wanted?: string;
  readonly granularity: Granularity;
  readonly parameterStorage: ParameterStorage;
  /** Absent where each value gets the level that is nearest to it. */
  readonly rounding?: { readonly name: string; readonly options: Options };
  readonly reason: string;
}

export interface FloatEntry {
  readonly id: string;
  readonly layer: string;
  readonly bits: 'float';
  readonly reason: string;
}

/** The decisions, as plain JSON: print it, edit it, review it, store it in the model, apply it again. */
export interface QuantizationPlan {
  readonly format: 'lowbit-plan';
  readonly version: 1;
  readonly port: string;
  readonly seed: number;
  readonly weights: readonly PlanEntry[];
  /** Absent when activations stay float. */
  readonly activations?: readonly ActivationEntry[];
  /** Absent when biases stay as they are. */
  readonly biases?: readonly BiasEntry[];
  /** Stored bits a value, codes and parameters, that quantized weights took when a budget was spent on the plan. It decides nothing, and models do not store it. */
  readonly averageBits?: number;
  /**
   * What each reason was given for, by the id of its entry: the bits, and digests of the other settings and of the reason. By it edits by hand are
   * told. It decides nothing, and models do not store it.
   */
  readonly decided?: PlanDecisions;
  /** The form of the port that the plan was made with. Absent for ports without forms, and in older plans. */
  readonly form?: PortForm;
}

/** What entries of a plan were when it was made. */
export interface PlanDecisions {
  readonly weights: Readonly<Record<string, string>>;
  readonly activations?: Readonly<Record<string, string>>;
}

/** A layer whose bias takes back what its quantized weights move its outputs by on average. The inputs come from data when the plan is applied. */
export interface BiasEntry {
  readonly layer: string;
  readonly reason: string;
}

/** The choices of a port that decide which weights and sites it has, by the names of its options. */
export type PortForm = Readonly<Record<string, string>>;

/** What happens at one activation site. Its parameters come from statistics when the plan is applied. */
export interface ActivationEntry {
  readonly id: string;
  readonly bits: number;
  readonly quantizer: { readonly name: string; readonly options: Options };
  readonly reason: string;
}
