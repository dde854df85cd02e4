import { namesOf } from '../fold/names-of.js';
import { bodyOf } from '../read/function-body.js';
import type { GraphProto, ModelProto } from '../schema/proto.js';

/**
 * A prefix that no value or node of the graphs or their subgraphs begins with: the stem, or the stem with as many
 * underscores as it takes. Names made from it are unique, and the same for the same model.
 */
export const freePrefix = (graphs: readonly GraphProto[], stem: string): string =>
  prefixBeside(graphs.flatMap(namesOf), stem);

function prefixBeside(taken: readonly string[], stem: string): string {
  let prefix = stem;
  while (taken.some((name) => startsLike(name, prefix))) prefix += '_';
  return prefix;
}

/** What the names begin with that lowbit gives to what it adds to a model. */
export interface OwnPrefixes {
  /** Of the constants and nodes that compute weights. */
  readonly weights: string;
  /** Of those that quantize activations. */
  readonly activations: string;
}

/** Prefixes that are free in a model. */
export function ownPrefixes({ graph, functions }: Pick<ModelProto, 'graph' | 'functions'>): OwnPrefixes {
  const taken = [graph as GraphProto, ...functions.map(bodyOf)].flatMap(namesOf);
  return { weights: prefixBeside(taken, 'q'), activations: prefixBeside(taken, 'a') };
}

/** Whether a name is one that was made from this prefix. */
export const isOwnName = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) && /^\d*\./.test(name.slice(prefix.length));

/** Our names go on with a digit or a dot after the prefix. */
function startsLike(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^[\d.]/.test(name.slice(prefix.length));
}
