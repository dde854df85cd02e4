import { LowbitError } from '@lowbit/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';

/** A weight by the last part of its name. */
interface OwnWeight {
  readonly key: string;
  readonly shape: readonly (number | null)[];
}

/** Weights of one layer that are called otherwise in the file than the layer's class calls them, or are more or fewer. */
export class UnplacedWeights extends Error {
  /**
   * @param layer Its name.
   * @param className Its class, as it is registered.
   * @param given The weights that the file has for it, in their order.
   * @param wanted Those that the class makes, in their order.
   */
  constructor(
    readonly layer: string,
    readonly className: string,
    readonly given: readonly OwnWeight[],
    readonly wanted: readonly OwnWeight[],
    cause: unknown,
  ) {
    super(`weights of ${layer} are called otherwise`, { cause });
  }

  /** The same as an error of a file. */
  inFile(where: string): LowbitError {
    const problem = {
      code: 'model-malformed',
      where: `${where}: ${this.layer}`,
      expected: `the weights of ${this.className}: ${listed(this.wanted)}`,
      received: listed(this.given),
      remedy: `Call the weights in model.json as the class does, ${this.layer}/NAME, or save or convert the model again.`,
    } as const;
    return new LowbitError(problem, { cause: this });
  }
}

/** Weights in words. */
export function listed(weights: readonly OwnWeight[]): string {
  return weights.map(({ key, shape }) => `${key} [${shape.join(', ')}]`).join(', ') || 'none';
}

/** The first layer that has other weights in a file than TensorFlow.js looks for; undefined where each name in front is one of no layer. */
export function unplaced(
  model: LayersModel,
  given: Readonly<Record<string, Tensor>>,
  cause: unknown,
): UnplacedWeights | undefined {
  const names = Object.keys(given);
  for (const { layer, variables } of surveyModel(model)) {
    const own = names.filter((name) => name.slice(0, name.lastIndexOf('/')) === layer.name);
    const wanted = variables.map(({ variable }) => variable);
    const isSame =
      own.length === wanted.length && wanted.every(({ originalName }) => own.includes(originalName));
    if (own.length === 0 || isSame) continue;
    return new UnplacedWeights(
      layer.name,
      layer.getClassName(),
      own.map((name) => ({ key: lastPart(name), shape: given[name]!.shape })),
      wanted.map(({ originalName, shape }) => ({ key: lastPart(originalName), shape })),
      cause,
    );
  }
  return undefined;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
