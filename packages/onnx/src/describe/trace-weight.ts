import { mostAxes, tensorShape } from '../model/tensor-shape.js';
import { backToSources, type TracedSource } from './back-to-sources.js';
import { chainOperator, dataInputs } from '../operators/moves/chain-operators.js';
import { chainInputs } from './chain-inputs.js';
import type { ReadAxes } from '../operators/operator.js';
import type { ChainResult } from '../operators/moves/chain-operator.js';
import { shapeOf, type ChainResults } from './chain-results.js';
import { collectChain } from './collect-chain.js';
import { constantIntegers, constantShape } from '../graph/constant-integers.js';
import { constantSource } from '../graph/constant-source.js';
import type { Definition } from '../graph/scope.js';
import { skipReasons } from './skip-reasons.js';

/** The constants that a weight is made of, or why it cannot be traced to any. */
export type Trace = { readonly sources: readonly TracedSource[] } | { readonly reason: string };

/** Follows a weight back to its constants, and says what their axes mean to the operator that uses it. */
export function traceWeight(
  weight: Definition,
  readAxes: ReadAxes,
  { opset, ir }: { readonly opset: number; readonly ir: number },
): Trace {
  const chain = collectChain(weight, ir);
  if (!Array.isArray(chain)) return chain;
  const results = new Map<Definition, ChainResult | readonly number[]>();
  for (const definition of chain) {
    const result = resultOf(definition, results, opset);
    if (typeof result === 'string') return { reason: result };
    results.set(definition, result);
  }
  const view = readAxes(shapeOf(weight, results));
  return typeof view === 'string' ? { reason: view } : { sources: backToSources(chain, results, view) };
}

function resultOf(definition: Definition, results: ChainResults, opset: number) {
  const source = constantSource(definition);
  if (source !== undefined) return tensorShape(source.tensor, source.name);
  if (definition.kind !== 'node') return skipReasons.given;
  const { node, scope, output } = definition;
  const shapes = chainInputs(definition).map((input) => shapeOf(input, results));
  const data = new Set(dataInputs(node));
  const unknown = node.input.some(
    (name, index) => name !== '' && !data.has(index) && constantIntegers(scope, name) === undefined,
  );
  const integers = (input: number) => constantIntegers(scope, node.input[input] ?? '');
  const listShape = (input: number) => constantShape(scope, node.input[input] ?? '');
  const result = unknown
    ? undefined
    : chainOperator(node)?.({ node, opset, shapes, output, integers, listShape });
  const followed = result !== undefined && result.shape.length <= mostAxes;
  return followed ? result : skipReasons.badChain(node.opType);
}
