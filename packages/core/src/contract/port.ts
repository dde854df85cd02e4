import type { Calibration } from '../calibration/site-statistics.js';
import type { ParameterStorage } from '../scheme/types.js';
import type { LayerDescriptor, WeightDescriptor } from './descriptors.js';
import type { SessionOptions } from './events.js';
import type { Batch, ObserveOptions, RunOptions, RunOutputs } from './model-run.js';
import type {
  CaptureInputsOptions,
  InputCapture,
  InputsOfWeights,
  ObserveInputsOptions,
} from './observed-inputs.js';
import type { ModelWriter, Outcome } from './model-writer.js';
import type { PortForm } from './plan.js';
import type { FeatureSet } from './policy.js';
import type { CostEntry, StorageCost } from './storage-cost.js';

/** What a port can do and store; planning checks against it. */
export interface PortCapabilities {
  readonly parameterStorage: readonly (Exclude<ParameterStorage, object> | 'two-level')[];
  readonly activations: boolean;
  /** Writing changes more of the model than weights, so that plans that leave all of them float are written too. */
  readonly alters?: boolean;
}

/** A model of some framework, seen neutrally. Nothing is computed until a method is called. */
export interface ModelPort<M> {
  /** Name of the adapter: `onnx`, `tfjs`, `keras`. */
  readonly name: string;
  readonly supports: PortCapabilities;
  /** The form of this port, stored in plans. Absent for ports that have none to choose. */
  readonly form?: PortForm;
  /**
   * This model in the form that a stored plan was made with. Called when the plan's form is another than the port's.
   *
   * @throws LowbitError `plan-mismatch` when another form was asked for, or the form is not known.
   */
  inForm?(form: PortForm): ModelPort<M>;
  layers(): readonly LayerDescriptor[] | Promise<readonly LayerDescriptor[]>;
  /** Runs the model and gathers statistics of its sites. Absent when the port cannot run the model. */
  observe?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: ObserveOptions): Promise<Calibration>;
  /**
   * Runs the model on labelled batches and gives each layer's output for each sample, averaged over space and time:
   * one row of channels a sample. Absent when the port cannot run the model.
   */
  features?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: SessionOptions): Promise<FeatureSet>;
  /**
   * Runs the model and gathers moments of the inputs of weights, of {@link mostInputRows} rows each at most. Batches are gone through
   * twice, to count the samples first. Absent when the port cannot run the model.
   */
  observeInputs?(
    batches: Iterable<Batch> | AsyncIterable<Batch>,
    options: ObserveInputsOptions,
  ): Promise<InputsOfWeights>;
  /**
   * The same weight by weight, while weights change: of those that `options.weights` names, all of which will be set. Absent when the
   * port cannot run the model in parts.
   */
  captureInputs?(
    batches: Iterable<Batch> | AsyncIterable<Batch>,
    options: CaptureInputsOptions,
  ): Promise<InputCapture>;
  /**
   * Why this model cannot be run in parts, in words for the report; `undefined` where it can, and `captureInputs` serves it. Absent
   * where a port has no such model, or nothing else.
   */
  whyOnce?(): string | undefined | Promise<string | undefined>;
  /**
   * Runs the model batch by batch and gives its outputs as floats. Absent when the port cannot run the model.
   *
   * @throws LowbitError `invalid-argument` for weights and tensors that the model does not have, and values that are not as many.
   */
  run?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: RunOptions): AsyncIterable<RunOutputs>;
  /**
   * What a weight would cost, from its shape and the entry alone: at least what writing notes of it, for planning. Layers that compute
   * in integers, and parameters that their storage does not hold closely, may take more. Absent when the port cannot tell.
   */
  cost?(weight: WeightDescriptor, entry: CostEntry): StorageCost | Promise<StorageCost>;
  /** Begins to write a result. The user's own model is never changed. */
  write(outcome: Outcome): ModelWriter<M>;
}
