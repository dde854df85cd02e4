import type { ChainResult } from '../operators/moves/chain-operator.js';
import type { Definition } from '../graph/scope.js';

/** The shapes of constants, and what chain operators did. */
export type ChainResults = ReadonlyMap<Definition, ChainResult | readonly number[]>;

/** The shape of a constant or of a chain operator's output. */
export function shapeOf(definition: Definition, results: ChainResults): readonly number[] {
  const result = results.get(definition) ?? [];
  return 'shape' in result ? result.shape : result;
}
