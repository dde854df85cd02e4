import { codebookValues } from '../scheme/codebook-values.js';
import type { SliceParameters } from '../scheme/types.js';

/** The distinct values that are frozen, ascending: what a refit must keep representable. */
export function frozenLevels(values: Float32Array, frozen: Uint8Array): readonly number[] {
  return [...new Set(values.filter((_, i) => frozen[i] === 1))].sort((a, b) => a - b);
}

/** The distinct levels of a codebook, ascending; none for parameters of another kind. */
export function distinctLevels(parameters: SliceParameters): readonly number[] {
  return parameters.kind === 'codebook' ? [...new Set(codebookValues(parameters))] : [];
}
