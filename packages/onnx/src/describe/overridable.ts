import { isEvaluated } from '../fold/evaluate/evaluate.js';
import { constantSource } from '../graph/constant-source.js';
import { type Definition, resolve, type Scope } from '../graph/scope.js';
import type { NodeProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';

/**
 * Whether a constant is an input of the graph as well, which whoever runs the model may replace: from IR 4; before, files list every
 * initializer among the inputs.
 */
export const isOverridable = ({ kind, scope, name }: Definition, ir: number): boolean =>
  kind === 'initializer' &&
  scope.parent === undefined &&
  ir >= initializersStandAlone &&
  scope.inputs.has(name);

/** Whether a node that could be computed beforehand takes constants alone, of which some may be replaced. */
export function takesOverridable(node: NodeProto, scope: Scope, ir: number): boolean {
  const given = node.input.filter((name) => name !== '');
  const constants = given.flatMap((name) => {
    const definition = resolve(scope, name);
    return definition !== undefined && constantSource(definition) !== undefined ? definition : [];
  });
  const areAll = constants.length === given.length && isEvaluated(node);
  return areAll && constants.some((one) => isOverridable(one, ir));
}
