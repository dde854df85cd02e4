import { chainInputs } from './chain-inputs.js';
import { shapeOf, type ChainResults } from './chain-results.js';
import type { AxisLink, ChainResult } from '../operators/moves/chain-operator.js';
import { reshapeLinks } from '../operators/moves/reshape.js';
import { constantSource } from '../graph/constant-source.js';
import type { WeightView } from '../operators/operator.js';
import type { Definition } from '../graph/scope.js';
import type { ConstantSource } from '../graph/constant-source.js';

/** A constant that a weight is made of. */
export interface TracedSource {
  readonly definition: Definition;
  readonly source: ConstantSource;
  /** The axes in the tensor's own dimensions. */
  readonly own: WeightView;
  /** The axes in another shape of the same data that says more than the tensor's own. */
  readonly view?: WeightView;
  readonly direct: boolean;
}

interface Meaning {
  readonly own: WeightView;
  readonly view?: WeightView;
}

/**
 * Carries the meaning of a weight's axes back through a chain to each of its constants. `chain` lists inputs before
 * their users, the weight last.
 */
export function backToSources(
  chain: readonly Definition[],
  results: ChainResults,
  weight: WeightView,
): TracedSource[] {
  const last = chain[chain.length - 1] as Definition;
  const meanings = new Map<Definition, Meaning>([[last, inOwnShape(weight, shapeOf(last, results))]]);
  const sources: TracedSource[] = [];
  for (const definition of [...chain].reverse()) {
    const meaning = meanings.get(definition) as Meaning;
    const source = constantSource(definition);
    if (source !== undefined) sources.push({ definition, source, ...meaning, direct: definition === last });
    if (source !== undefined || definition.kind !== 'node') continue;
    const result = results.get(definition) as ChainResult;
    for (const input of chainInputs(definition)) {
      const back = throughOperator(meaning, result, shapeOf(input, results));
      const known = meanings.get(input);
      meanings.set(input, known === undefined ? back : { own: merged(known.own, back.own) });
    }
  }
  return sources.reverse();
}

/** A weight seen in another shape than its tensor's, told in the tensor's. */
function inOwnShape(view: WeightView, shape: readonly number[]): Meaning {
  const same = view.shape.length === shape.length && view.shape.every((size, axis) => size === shape[axis]);
  return same ? { own: view } : { own: follow(view, reshapeLinks(shape, view.shape), shape), view };
}

function throughOperator(meaning: Meaning, result: ChainResult, shape: readonly number[]): Meaning {
  const own = follow(meaning.own, result.links, shape);
  if (!result.keepsOrder) return { own };
  if (meaning.view !== undefined) return { own, view: meaning.view };
  const exact = meaning.own.outputAxes.every(
    (axis) => result.links[axis]?.exact === true || result.shape[axis] === 1,
  );
  return exact ? { own } : { own, view: meaning.own };
}

/** The axes on the other side of the links. */
function follow(view: WeightView, links: readonly AxisLink[], shape: readonly number[]): WeightView {
  const outputAxes = ascending(view.outputAxes.flatMap((axis) => links[axis]?.axes ?? []));
  const link = view.inputAxis === undefined ? undefined : links[view.inputAxis];
  return withInput(shape, outputAxes, link?.exact === true ? link.axes[0] : undefined);
}

/** The axes that either of two users lets own parameters; the input axis only if both agree. */
function merged(one: WeightView, other: WeightView): WeightView {
  const inputAxis = one.inputAxis === other.inputAxis ? one.inputAxis : undefined;
  return withInput(one.shape, ascending([...one.outputAxes, ...other.outputAxes]), inputAxis);
}

function withInput(shape: readonly number[], outputAxes: readonly number[], inputAxis?: number): WeightView {
  const free = inputAxis !== undefined && !outputAxes.includes(inputAxis);
  return { shape, outputAxes, ...(free ? { inputAxis } : {}) };
}

export const ascending = (axes: readonly number[]): number[] => [...new Set(axes)].sort((a, b) => a - b);
