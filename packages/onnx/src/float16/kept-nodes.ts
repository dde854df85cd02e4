import { LowbitError } from '@lowbit/core';
import { matchesGlob, suggestName } from '@lowbit/core/adapter';
import type { NodeProto } from '../schema/proto.js';
import type { TypedNodes } from './value-types.js';

/**
 * Why a node stays float32 that the user names, by its name or its operator.
 *
 * @throws LowbitError `invalid-argument` for a glob that fits no node.
 */
export function keptNodes(
  { nodes }: TypedNodes,
  globs: readonly string[],
  model: string,
): (node: NodeProto) => string | undefined {
  const fits = ({ name, opType }: NodeProto, glob: string) =>
    matchesGlob(glob, name) || matchesGlob(glob, opType);
  const unmatched = globs.find((glob) => !nodes.some(({ node }) => fits(node, glob)));
  if (unmatched !== undefined) {
    const names = new Set(nodes.flatMap(({ node }) => [node.name, node.opType]));
    throw new LowbitError({
      code: 'invalid-argument',
      where: `${model}: float16: keep`,
      expected: 'names or operators of nodes of the model',
      received: JSON.stringify(unmatched),
      ...suggestName(unmatched, [...names]),
    });
  }
  return (node) => (globs.some((glob) => fits(node, glob)) ? 'asked for' : undefined);
}
