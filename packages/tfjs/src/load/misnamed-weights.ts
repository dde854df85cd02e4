import { LowbitError } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { variablesOf } from '../model/internals.js';

/** What stands in front of or behind the names of all weights of a file. */
interface Affix {
  readonly words: 'prefix' | 'suffix';
  readonly text: string;
  /** A name in the file, and what TensorFlow.js looks for. */
  readonly given: string;
  readonly wanted: string;
}

/** Weights that are called otherwise than TensorFlow.js calls them, though each is there. */
export class MisnamedWeights extends Error {
  constructor(
    readonly affix: Affix,
    cause: unknown,
  ) {
    super(`names of weights have a ${affix.words}`, { cause });
  }

  /** The same as an error of a file. */
  inFile(where: string): LowbitError {
    const { words, text, given, wanted } = this.affix;
    return new LowbitError(
      {
        code: 'model-malformed',
        where,
        expected: `weights called as TensorFlow.js looks for them, ${wanted}`,
        received: `${given}, and the ${words} '${text}' on all names`,
        remedy: `Remove '${text}' from the names of weights in model.json: TensorFlow.js itself does not load it either.`,
      },
      { cause: this.cause },
    );
  }
}

/** Why TensorFlow.js found no place for the weights of a file: what is on all of their names, or what it said itself. */
export function misnamed(model: LayersModel, given: readonly string[], cause: unknown): unknown {
  const wanted = new Set(variablesOf(model).map(({ originalName }) => originalName));
  const [first] = given;
  const affix = first === undefined ? undefined : affixOf(first, wanted);
  if (affix === undefined || given.length !== wanted.size) return cause;
  const bare = (name: string) =>
    affix.words === 'prefix' ? name.slice(affix.text.length) : name.slice(0, -affix.text.length);
  const hasIt = (name: string) =>
    affix.words === 'prefix' ? name.startsWith(affix.text) : name.endsWith(affix.text);
  return given.every((name) => hasIt(name) && wanted.has(bare(name)))
    ? new MisnamedWeights(affix, cause)
    : cause;
}

/** The shortest text whose removal leaves a name that the model has. */
function affixOf(given: string, names: ReadonlySet<string>): Affix | undefined {
  const [wanted] = [...names]
    .filter((name) => name !== given && (given.endsWith(name) || given.startsWith(name)))
    .sort((a, b) => b.length - a.length);
  if (wanted === undefined) return undefined;
  const isPrefix = given.endsWith(wanted);
  const text = isPrefix ? given.slice(0, -wanted.length) : given.slice(wanted.length);
  return { words: isPrefix ? 'prefix' : 'suffix', text, given, wanted };
}
