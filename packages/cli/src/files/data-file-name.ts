import { basename } from 'node:path';

/**
 * The name of the data file beside a result: `model_q8.onnx` has `model_q8.onnx.data`, as other exporters write it. What
 * a path inside a model must not hold becomes `_`.
 */
export function dataFileName(output: string): string {
  // eslint-disable-next-line no-control-regex
  return `${basename(output).replace(/[\u0000-\u001f\u007f\\?#:]/g, '_')}.data`;
}
