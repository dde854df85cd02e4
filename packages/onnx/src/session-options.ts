import type { Report } from '@lowbit/core';
import { checkArgument, checkOptions, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import { isPackedForm } from './forms/packed-forms.js';
import { fusedOperators } from './operators/operators.js';
import { targetType } from './target/runtime.js';
import type { RuntimeTarget } from './target/target.js';

/** Options for `InferenceSession.create` of onnxruntime-web. */
export interface OnnxSessionOptions {
  executionProviders?: string[];
  graphOptimizationLevel?: 'all';
  extra?: { session: Record<string, string> };
}

export interface SessionWishes {
  /** The target that the file was made for; its provider is asked for. */
  readonly target?: RuntimeTarget;
  /**
   * Makes weights that are stored packed into floats when the session is created: float speed and float memory. Ignored
   * for models with integers in the form `qdq`, which would compute in floats too.
   */
  readonly unpack?: boolean;
}

const wishTypes: OptionTypes<SessionWishes> = { target: targetType, unpack: optionTypes.flag };

/**
 * The options that a quantized file wants from onnxruntime-web. Weights stored for speed, and integer operators, need
 * the runtime's graph optimizations. Weights stored for memory need nothing: the runtime does not fold
 * `DequantizeLinear` by itself, unless they are to be unpacked after all. The runtime changes the object it is given, so
 * each call makes a new one.
 *
 * @example
 * const session = await ort.InferenceSession.create(model.bytes, sessionOptions(report));
 */
export function sessionOptions(report: Report, wishes: SessionWishes = {}): OnnxSessionOptions {
  const { weights } = Object(report) as Partial<Report>;
  const where = 'sessionOptions(report, wishes)';
  checkArgument(Array.isArray(weights), report, { where, expected: 'the report that quantize gave' });
  checkOptions(wishes, wishTypes, 'sessionOptions');
  const { target, unpack = false } = wishes;
  const forms = report.weights.map(({ form }) => form);
  const folds = forms.some((form) => !isPackedForm(form));
  const decodes =
    unpack &&
    !forms.some((form) => fusedOperators.has(form)) &&
    forms.some((form) => form.startsWith('DequantizeLinear'));
  return {
    ...(target === undefined ? {} : { executionProviders: [target.provider] }),
    ...(folds || decodes ? { graphOptimizationLevel: 'all' } : {}),
    ...(decodes ? { extra: { session: { disable_quant_qdq: '1' } } } : {}),
  };
}
