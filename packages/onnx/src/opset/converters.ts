import { isStandard } from '../graph/scope.js';
import type { NodeProto } from '../schema/proto.js';
import { attributeInputs } from './attribute-inputs.js';
import { broadcasting } from './broadcast.js';
import type { Converter } from './converter.js';
import { experimental } from './experimental.js';
import { normalizing } from './normalization.js';
import { resizing } from './resize.js';
import { rewritten } from './rewritten.js';

/** All that changed between the first version and the newest that a file is raised to. */
const converters: readonly Converter[] = [
  ...broadcasting,
  ...attributeInputs,
  ...resizing,
  ...normalizing,
  ...rewritten,
  ...experimental,
];

const byOperator = new Map(converters.map(({ op }) => [op, converters.filter((one) => one.op === op)]));

/**
 * What versions after `from`, up to `to`, changed in the operator of a node, and in those that it became, the oldest
 * first.
 */
export function changesOf(node: NodeProto, from: number, to: number): readonly Converter[] {
  if (!byOperator.has(node.opType) || !isStandard(node, node.opType)) return none;
  const changes: Converter[] = [];
  let [op, version] = [node.opType, from];
  while (version++ < to) {
    const now = (byOperator.get(op) ?? none).filter(({ since }) => since === version);
    changes.push(...now);
    op = now.find(({ becomes }) => becomes !== undefined)?.becomes ?? op;
  }
  return changes;
}

/** Most operators are as they were, and all nodes of a model are asked. */
const none: readonly Converter[] = [];
