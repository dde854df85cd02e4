import { checkArgument } from '../errors/check-argument.js';
import type { Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { LayerDescriptor } from '../contract/descriptors.js';

/**
 * Whether a whole name fits a pattern in which `*` stands for any characters and `?` for one. A backslash before one of these, or before
 * another backslash, makes it stand for itself.
 *
 * @throws LowbitError `invalid-argument` for what is no text.
 */
export function matchesGlob(glob: string, name: string): boolean {
  for (const text of [glob, name])
    checkArgument(typeof text === 'string', text, { where: 'matchesGlob(glob, name)', expected: 'texts' });
  const pattern = signsOf(glob);
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (pattern[p] === '?' || pattern[p]?.at(-1) === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The characters of a glob; those that stand for themselves by a backslash with it. */
const signsOf = (glob: string): readonly string[] => glob.match(/\\[*?\\]|[^]/g) ?? [];

/** Names of the model that a message lists. */
const mostNames = 10;

/**
 * Globs that fit no layer and no weight, each as a problem that says what there is. None of a model without layers.
 *
 * @param draft What is decided about, where that may be activation sites: they count in place of weights.
 */
export function unmatchedGlobs(
  globs: readonly string[],
  layers: readonly LayerDescriptor[],
  where: string,
  draft?: readonly { readonly id: string }[],
): Problem[] {
  if (layers.length === 0) return [];
  const ids = draft && new Set(draft.map(({ id }) => id));
  const parts = ({ weights, sites }: LayerDescriptor) =>
    ids === undefined ? weights : [...weights, ...sites].filter(({ id }) => ids.has(id));
  const known = [...new Set(layers.flatMap((layer) => [layer.id, ...parts(layer).map(({ id }) => id)]))];
  return globs
    .filter((glob) => !known.some((name) => matchesGlob(glob, name)))
    .map((glob) => ({
      code: 'invalid-argument',
      where,
      expected: `the name of a layer or weight, or a glob that fits one: ${listed(known)}`,
      received: glob,
      remedy: 'Inspect the model to see the names of its layers and weights.',
      ...suggestName(glob, known),
    }));
}

/**
 * Operators that no layer has, each as a problem that says which there are. None of a model without layers.
 *
 * @param fits - whether what was given stands for an operator; default: it is its name
 */
export function unmatchedOps(
  ops: readonly string[],
  layers: readonly LayerDescriptor[],
  where: string,
  fits: (given: string, op: string) => boolean = (given, op) => given === op,
): Problem[] {
  if (layers.length === 0) return [];
  const known = [...new Set(layers.map(({ op }) => op))];
  return ops
    .filter((given) => !known.some((op) => fits(given, op)))
    .map((op) => ({
      code: 'invalid-argument',
      where,
      expected: `an operator of the model: ${listed(known)}`,
      received: op,
      remedy: 'Inspect the model to see the operators of its layers.',
      ...suggestName(op, known),
    }));
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 0 ? `${names.slice(0, mostNames).join(', ')} … and ${more} more` : names.join(', ');
}
