import type { Definition } from '../graph/scope.js';
import { operatorOf } from '../operators/operators.js';
import type { NodeProto } from '../schema/proto.js';
import { traitsOf } from './operator-traits.js';
import type { TypedNodes } from './value-types.js';

const logarithms = new Set(['Log', 'ReduceLogSum']);
/** Operators whose results are bounded, but small where what they take is. */
const roots = new Set(['Sqrt', 'Reciprocal']);

/** What goes into logarithms. */
export interface BeforeLogarithms {
  readonly nodes: ReadonlySet<NodeProto>;
  /** What the layers among them multiply with. */
  readonly weights: ReadonlySet<Definition>;
}

/**
 * Nodes whose results a logarithm takes, up to the last layer or bounded value: what rounding adds to small values, such as quiet bands
 * beside loud ones, a logarithm makes large.
 */
export function beforeLogarithms({ nodes }: TypedNodes): BeforeLogarithms {
  const taken = new Set<Definition>();
  const found = new Set<NodeProto>();
  const weights = new Set<Definition>();
  for (const { node, inputs, outputs } of [...nodes].reverse()) {
    const isTaken = outputs.some((value) => value !== undefined && taken.has(value));
    if (isTaken) found.add(node);
    const isBounded = traitsOf(node)?.bounds === true && !roots.has(node.opType);
    const isLayer = operatorOf(node)?.linear !== undefined;
    const goesOn = logarithms.has(node.opType) || (isTaken && !isLayer && !isBounded);
    if (!goesOn && !(isTaken && isLayer)) continue;
    for (const value of inputs) if (value !== undefined) (goesOn ? taken : weights).add(value);
  }
  return { nodes: found, weights };
}
