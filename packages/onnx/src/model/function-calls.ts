import { keyOfNode } from './operator-key.js';
import type { FunctionProto, GraphProto, NodeProto } from '../schema/proto.js';
import { subgraphsOf } from './subgraphs.js';

/** A model's own functions by their `operatorKey`. */
type Functions = ReadonlyMap<string, FunctionProto>;

/** The nodes of a graph and its subgraphs that call functions. */
export function* callsOf(graph: GraphProto, known: Functions): Iterable<[NodeProto, FunctionProto]> {
  for (const node of graph.node) {
    const callee = known.get(keyOfNode(node));
    if (callee !== undefined) yield [node, callee];
    for (const { graph: inner } of subgraphsOf(node)) yield* callsOf(inner, known);
  }
}

/**
 * Functions after those that they call, by taking away the ones that call none of those left (Kahn's algorithm). Functions
 * in a circle of calls, and those that call them, are missing.
 *
 * @param calls The functions that each function calls, each once.
 */
export function calleesFirst(calls: ReadonlyMap<FunctionProto, readonly FunctionProto[]>): FunctionProto[] {
  const waits = new Map([...calls].map(([fn, called]) => [fn, called.length]));
  const callers = new Map<FunctionProto, FunctionProto[]>();
  for (const [fn, called] of calls) {
    for (const callee of called) {
      const known = callers.get(callee) ?? [];
      known.push(fn);
      callers.set(callee, known);
    }
  }
  const ready = [...waits].flatMap(([fn, count]) => (count === 0 ? [fn] : []));
  for (let next = 0; next < ready.length; next++) {
    for (const caller of callers.get(ready[next] as FunctionProto) ?? []) {
      const left = (waits.get(caller) as number) - 1;
      waits.set(caller, left);
      if (left === 0) ready.push(caller);
    }
  }
  return ready;
}
