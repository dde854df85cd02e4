import { LowbitError } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { variablesOf } from '../model/internals.js';

/** A name in the file, what TensorFlow.js looks for, and what stands in front of it and behind. */
interface Misnamed {
  readonly given: string;
  readonly wanted: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** Weights that are called otherwise than TensorFlow.js calls them, though each is there. */
class MisnamedWeights extends Error {
  /** @param names Those of all weights. */
  constructor(
    readonly names: readonly Misnamed[],
    cause: unknown,
  ) {
    super('names of weights have a prefix or a suffix', { cause });
  }

  /** The same as an error of a file. */
  inFile(where: string): LowbitError {
    const texts = { prefix: textOf(this.names, 'prefix'), suffix: textOf(this.names, 'suffix') };
    const [first] = this.names.filter(isOther);
    const told = (['prefix', 'suffix'] as const).flatMap((word) => {
      const text = texts[word];
      if (text === undefined || text === '') return [];
      const count = this.names.filter((name) => name[word] !== '').length;
      const all = count === this.names.length;
      return [`the ${word} '${text}' on ${all ? 'all' : `${count} of ${this.names.length}`} names`];
    });
    const removed = Object.values(texts).flatMap((text) => (text ? [`'${text}'`] : []));
    return new LowbitError(
      {
        code: 'model-malformed',
        where,
        expected: `weights called as TensorFlow.js looks for them, ${first?.wanted}`,
        received: `${first?.given}, and ${told.join(' and ')}`,
        remedy: `Remove ${removed.join(' and ')} from the names of weights in model.json: TensorFlow.js itself does not load it either.`,
      },
      { cause: this.cause },
    );
  }
}

/** What is on the names of weights for which TensorFlow.js found no place; `undefined` where it is not that. */
export function misnamed(
  model: LayersModel,
  given: readonly string[],
  cause: unknown,
): MisnamedWeights | undefined {
  const wanted = variablesOf(model)
    .map(({ originalName }) => originalName)
    .sort((a, b) => b.length - a.length);
  const names = given.flatMap((name) => partsOf(name, wanted) ?? []);
  const isEach = new Set(names.map((name) => name.wanted)).size === wanted.length;
  const areAlike = textOf(names, 'prefix') !== undefined && textOf(names, 'suffix') !== undefined;
  const areAll = names.length === given.length && given.length === wanted.length && isEach;
  return areAll && areAlike && names.some(isOther) ? new MisnamedWeights(names, cause) : undefined;
}

const isOther = ({ prefix, suffix }: Misnamed): boolean => prefix !== '' || suffix !== '';

/** A name by the longest one that is in it. */
function partsOf(given: string, names: readonly string[]): Misnamed | undefined {
  const wanted = names.find((name) => given.includes(name));
  if (wanted === undefined) return undefined;
  const at = given.lastIndexOf(wanted);
  return { given, wanted, prefix: given.slice(0, at), suffix: given.slice(at + wanted.length) };
}

/** The one text that some of the names have there; '' for none, `undefined` where they differ. */
function textOf(names: readonly Misnamed[], part: 'prefix' | 'suffix'): string | undefined {
  const texts = new Set(names.map((name) => name[part]).filter((text) => text !== ''));
  return texts.size > 1 ? undefined : ([...texts][0] ?? '');
}
