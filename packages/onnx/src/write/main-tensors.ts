import { isStandard } from '../describe/scope.js';
import type { ModelProto, TensorProto } from '../schema/proto.js';

/** The constants of the main graph, which are initializers or the values of `Constant` nodes. */
export function mainTensors({ graph }: ModelProto): TensorProto[] {
  const constants = (graph?.node ?? []).filter((node) => isStandard(node, 'Constant'));
  const values = constants.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...(graph?.initializer ?? []), ...values];
}
