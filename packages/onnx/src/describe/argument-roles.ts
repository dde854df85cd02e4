import { bodyOf } from '../model/function-body.js';
import { calleesFirst, callsOf } from '../model/function-calls.js';
import { keyOfFunction, keyOfNode } from '../model/operator-key.js';
import type { FunctionProto, ModelProto } from '../schema/proto.js';
import { hasReferences } from '../graph/attributes.js';
import type { WeightRole } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';

/** What each function of a model, by its `operatorKey`, does with the weights that callers pass to it. */
export type ArgumentRoles = ReadonlyMap<string, readonly WeightRole[]>;

/**
 * The inputs of functions that an operator inside takes as a weight, itself or through functions that it calls. Where
 * several do, the first one says what the axes mean.
 */
export function argumentRoles({ functions }: Pick<ModelProto, 'functions'>): ArgumentRoles {
  const known = new Map(functions.map((fn) => [keyOfFunction(fn), fn]));
  const called = (fn: FunctionProto) => [...callsOf(bodyOf(fn), known)].map(([, callee]) => callee);
  const calls = new Map(functions.map((fn) => [fn, [...new Set(called(fn))]]));
  const roles = new Map<string, readonly WeightRole[]>();
  for (const fn of calleesFirst(calls)) roles.set(keyOfFunction(fn), rolesOf(fn, roles));
  return roles;
}

/** @param callees The roles of every function that it calls. */
function rolesOf(fn: FunctionProto, callees: ArgumentRoles): WeightRole[] {
  const byName = new Map<string, WeightRole>();
  for (const node of fn.node) {
    const operator = hasReferences(node) ? undefined : operatorOf(node);
    for (const role of callees.get(keyOfNode(node)) ?? operator?.roles(node) ?? []) {
      const name = node.input[role.input] ?? '';
      if (!byName.has(name)) byName.set(name, role);
    }
  }
  return fn.input.flatMap((name, input) => {
    const role = byName.get(name);
    return role === undefined ? [] : [{ ...role, input }];
  });
}
