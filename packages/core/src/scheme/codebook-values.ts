import type { CodebookScheme, SliceParameters } from './types.js';

/** The levels of one slice of a codebook, its scale included, each rounded to float32 as runtimes do. */
export function codebookValues({
  values,
  scale,
}: Extract<SliceParameters, { kind: 'codebook' }>): Float32Array {
  return scale === undefined ? values : values.map((value) => value * scale);
}

/** The scheme with levels of its own for each slice, its scale included. */
export function withOwnValues(scheme: CodebookScheme): CodebookScheme {
  const { levels, values, scale } = scheme;
  if (scale === undefined) return scheme;
  const own = new Float32Array(scale.length * levels);
  for (let i = 0; i < own.length; i++)
    own[i] = (scale[Math.floor(i / levels)] as number) * (values[i % levels] as number);
  return { kind: 'codebook', levels, values: own };
}
