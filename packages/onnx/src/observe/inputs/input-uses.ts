import { usedDims } from '../../describe/used-dims.js';
import type { WeightSite, WeightUse } from '../../describe/weight-site.js';
import type { InputRows } from '../../operators/operator.js';
import { operatorOf } from '../../operators/operators.js';
import { integersAttribute } from '../../graph/attributes.js';
import type { GraphProto, NodeProto } from '../../schema/proto.js';

/** Where rows lie, in values of a graph. */
export interface InputUse {
  readonly rows: InputRows;
  readonly graph: GraphProto;
  /** Element type of the weight there, and so of the values. */
  readonly type: number;
}

/**
 * The rows that each user of a weight multiplies it with, or why they are not known.
 *
 * @param hidden Why nobody sees the values of a graph. @param others Why the weight is taken elsewhere too.
 */
export function inputUses(
  site: WeightSite,
  hidden: (graph: GraphProto) => string | undefined,
  others: (site: WeightSite) => string | undefined,
): readonly InputUse[] | string {
  const found = site.uses.map((use) => {
    const rows = hidden(use.graph) ?? rowsOf(site, use);
    return typeof rows === 'string' ? rows : { rows, graph: use.graph, type: use.type };
  });
  const unknown = found.find((rows) => typeof rows === 'string');
  return (
    unknown ?? (site.isTurned ? turned : others(site)) ?? found.filter((rows) => typeof rows !== 'string')
  );
}

function rowsOf(site: WeightSite, use: WeightUse): InputRows | string {
  const { node, input, direct } = use;
  const facts = operatorOf(node);
  if (facts?.inputRows === undefined) return `the inputs of ${node.opType} are not looked at`;
  if (!direct && wide(site) > 1) return moved;
  const rows = facts.inputRows(node, { input, dims: usedDims(site, use) });
  if (typeof rows === 'string') return rows;
  if (rows.value === '') return 'its layer has no other input';
  return !direct && rows.kind === 'window' && !hasKernel(node, rows.window.kernel) ? moved : rows;
}

const turned = 'its users multiply along different axes of it, as by a matrix and by the same turned';

const moved = 'it reaches its layer through other operators, which may change the order of its inputs';

/** Whether a layer says that its window is this one, which a weight that is reshaped on the way to it does not show. */
function hasKernel(node: NodeProto, kernel: readonly number[]): boolean {
  return integersAttribute(node, 'kernel_shape')?.join() === kernel.join();
}

/** Axes along which the inputs of a channel lie. */
const wide = ({ shape, outputAxes }: WeightSite): number =>
  shape.filter((size, axis) => size > 1 && !outputAxes.includes(axis)).length;
