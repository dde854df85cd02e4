import { LowbitError } from '@lowbit/core';
import { suggestName } from '@lowbit/core/adapter';

/** What transformers.js 4 calls the forms of a model's weights, and how the name of a graph ends in each. */
const suffixes = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  q2: '_q2',
  q2f16: '_q2f16',
  q1: '_q1',
  q1f16: '_q1f16',
  bnb4: '_bnb4',
} as const;

/** A form of a model's weights, by its name in transformers.js. */
export type Dtype = keyof typeof suffixes;

export const dtypes = Object.keys(suffixes) as readonly Dtype[];

/** Path of the file of a graph in a dtype; `graph` is its name without `.onnx`. */
export const graphPath = (graph: string, dtype: Dtype): string => `onnx/${graph}${suffixes[dtype]}.onnx`;

/**
 * The dtypes that a list names, in its order, each once.
 *
 * @throws LowbitError `invalid-argument` for an empty list and for a name that transformers.js does not have.
 */
export function checkedDtypes(names: readonly string[]): readonly Dtype[] {
  const unknown = names.find((name) => !Object.hasOwn(suffixes, name));
  if (unknown === undefined && names.length > 0) return [...new Set(names as readonly Dtype[])];
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'dtypes',
    expected: `some of ${dtypes.join(', ')}`,
    received: unknown ?? 'none',
    ...(unknown === undefined ? {} : suggestName(unknown, dtypes)),
  });
}

/** Names of graphs without `.onnx`, of the files that are no form of another one. */
export function graphsOf(
  paths: readonly string[],
): readonly { readonly name: string; readonly path: string }[] {
  const found = paths.flatMap((path) => {
    const name = /^(?:onnx\/)?([^/]+)\.onnx$/.exec(path)?.[1];
    return name === undefined ? [] : [{ name, path }];
  });
  const names = new Set(found.map(({ name }) => name));
  const endings = Object.values(suffixes).filter((suffix) => suffix !== '');
  const isForm = (name: string) =>
    endings.some((ending) => name.endsWith(ending) && names.has(name.slice(0, -ending.length)));
  return found
    .filter(({ name }) => !isForm(name))
    .filter(
      ({ name, path }) =>
        path.startsWith('onnx/') || !found.some((other) => other.path === `onnx/${name}.onnx`),
    );
}
