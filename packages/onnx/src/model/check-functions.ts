import { LowbitError } from '@lowbit/core';
import type { FunctionProto, GraphProto, ModelProto, NodeProto } from '../schema/proto.js';
import { bodyOf } from './function-body.js';
import { calleesFirst, callsOf } from './function-calls.js';
import { nodeLabel, quoted } from './node-label.js';
import { keyOfFunction } from './operator-key.js';

const remedy = 'Check the model with the onnx package (`onnx.checker`), and export it again.';

/**
 * Checks a model's own functions from outside: each is defined once, none needs itself, and every call gives at most
 * the inputs and outputs that the function has, and the attributes that it asks for.
 *
 * @throws LowbitError `graph-invalid`, `graph-cyclic`.
 */
export function checkFunctions({ graph, functions }: ModelProto, where: string): void {
  const known = new Map<string, FunctionProto>();
  for (const fn of functions) {
    const key = keyOfFunction(fn);
    if (known.has(key)) throw invalid(where, `one function ${quoted(fn.name)}`, 'another of that name');
    known.set(key, fn);
  }
  if (known.size === 0) return;
  const calls = new Map<FunctionProto, FunctionProto[]>();
  for (const fn of functions) {
    const called = [...callsOf(bodyOf(fn), known)];
    called.forEach(([node, callee]) => checkCall(node, callee, where));
    calls.set(fn, [...new Set(called.map(([, callee]) => callee))]);
  }
  for (const [node, callee] of callsOf(graph as GraphProto, known)) checkCall(node, callee, where);
  checkRecursion(calls, where);
}

function checkCall(node: NodeProto, { name, input, output, attribute }: FunctionProto, where: string): void {
  const at = `${where}: ${nodeLabel(node)} calls ${quoted(name)}`;
  if (node.input.length > input.length)
    throw invalid(at, `at most ${input.length} inputs`, `${node.input.length}`);
  if (node.output.length > output.length)
    throw invalid(at, `at most ${output.length} outputs`, `${node.output.length}`);
  const given = new Set(node.attribute.map((one) => one.name));
  const missing = attribute.find((one) => !given.has(one));
  if (missing !== undefined) throw invalid(at, `the attribute ${quoted(missing)}`, 'none');
}

function checkRecursion(calls: ReadonlyMap<FunctionProto, readonly FunctionProto[]>, where: string): void {
  const free = new Set(calleesFirst(calls));
  const stuck = [...calls.keys()].find((fn) => !free.has(fn));
  if (stuck === undefined) return;
  throw new LowbitError({
    code: 'graph-cyclic',
    where,
    expected: 'functions that do not need themselves',
    received: `the function ${quoted(stuck.name)} in a circle of calls, or calling one`,
    remedy,
  });
}

function invalid(where: string, expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'graph-invalid', where, expected, received, remedy });
}
