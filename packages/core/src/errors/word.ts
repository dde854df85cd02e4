import type { ErrorCode } from './codes.js';
import type { Problem } from './error.js';

const headlines: Record<ErrorCode, string> = {
  'non-finite': 'a value is NaN or infinite',
  'invalid-argument': 'an argument is not valid',
  'unsupported-bits': 'this number of bits is not offered',
  'unsupported-option': 'this option is not known or not in range',
  'unsupported-storage': 'the target cannot store parameters this way',
  'unknown-plugin': 'no plugin has this name',
  'duplicate-plugin': 'two plugins have the same name',
  'plugin-api': 'the plugin was written for another version of the plugin interface',
  'plugin-failed': 'a plugin threw an error',
  'plan-invalid': 'the plan is not valid',
  'plan-mismatch': 'the plan does not fit this model',
  'nothing-to-quantize': 'no weight of the model would be quantized',
  'nothing-gained': 'the result is not smaller than the original',
  'budget-infeasible': 'nothing that may be chosen keeps the budget',
  'packed-data': 'packed data is damaged',
  'calibration-missing': 'statistics of activations are missing',
  'calibration-invalid': 'the calibration data is not valid',
  'checkpoint-invalid': 'a stored training run cannot be used',
  aborted: 'the work was cancelled',
  'job-failed': 'a job failed each time that it was tried',
  'model-empty': 'the file is empty',
  'model-not-onnx': 'the file is not an ONNX model',
  'model-not-keras': 'the file is not a Keras model',
  'model-foreign': 'this is of a kind that lowbit does not read',
  'model-malformed': 'the model is malformed',
  'model-truncated': 'the model ends too early',
  'model-version': 'the ONNX IR version is missing or not supported',
  'model-opset': 'the operator set is missing or not supported',
  'graph-cyclic': 'the graph has a cycle',
  'graph-invalid': 'the graph is not valid',
  'external-data': 'external tensor data cannot be used',
  'model-too-large': 'the model is too large',
  'runtime-missing': 'this needs a runtime that was not given',
  'runtime-failed': 'the runtime failed',
  'layer-unsupported': 'this layer is not supported',
  'weights-mismatch': 'the weights do not fit the model',
  'file-missing': 'the file does not exist',
  'file-exists': 'the output exists already',
  'file-unreadable': 'the file cannot be read',
  'file-unwritable': 'the file cannot be written',
  unexpected: 'something went wrong inside lowbit',
};

/** Words a problem for people: what, where, what was expected, what was found, what to do. */
export function wordProblem(problem: Problem): string {
  const parts = [`${problem.where}: ${headlines[problem.code]} [${problem.code}]`];
  if (problem.expected !== undefined) parts.push(`expected ${problem.expected}`);
  if (problem.received !== undefined) parts.push(`received ${problem.received}`);
  const sentence = parts.join('; ');
  return problem.remedy === undefined ? sentence : `${sentence}. ${problem.remedy}`;
}
