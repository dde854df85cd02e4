import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite, WeightUse } from '../describe/weight-site.js';
import { integerAttribute } from '../graph/attributes.js';
import { isStandard } from '../graph/scope.js';
import type { Replacement } from './lower.js';
import { parameterGrid, type ParameterGrid } from './parameter-grid.js';
import { rowShape } from './row-codes.js';
import { usedOnly } from './used-only.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { castsUint16 } from '../target/casts.js';
import type { Target } from '../target/target.js';
import { expandScheme } from './expand.js';
import type { Fragment } from './fragment.js';

/** Whether a weight is a table of embeddings and nothing else: every user takes rows of it. */
export function isTable(site: WeightSite): boolean {
  const { source, shape } = site;
  return shape.length === 2 && source.tensor.dims.length === 2 && usedOnly(site, takesRows);
}

const takesRows = ({ node, input }: WeightUse): boolean =>
  isStandard(node, 'Gather') &&
  input === 0 &&
  node.input[0] !== node.input[1] &&
  integerAttribute(node, 'axis', 0) % 2 === 0;

/**
 * Takes rows of packed codes and of their parameters, and decodes those alone. Returns what each `Gather` becomes, or
 * `undefined` when the weight is used otherwise or is grouped across rows.
 */
export function gatherRows(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | undefined {
  if (!isTable(site) || (tensor.bits > 8 && !castsUint16(target))) return undefined;
  const plain = parameterGrid(tensor.shape, tensor.slicing);
  if (!runsByRow(tensor, plain)) return undefined;
  const type = site.source.tensor.dataType;
  const nodes = new Map<NodeProto, readonly NodeProto[]>();
  let decoded = { form: '', storedBits: 0 };
  for (const { node } of site.uses) {
    const grid = { ...plain, rows: node.input[1] as string };
    const { value, ...how } = expandScheme(to, tensor, grid, target);
    const row = tensor.shape.slice(1);
    const whole =
      plain.codes.length === 2 ? value : to.node('Reshape', [value, rowShape(to, grid.rows, row)]);
    const typed = type === DataType.FLOAT ? whole : to.node('Cast', [whole], { to: type });
    to.rename(typed, node.output[0] as string, node);
    nodes.set(node, to.take());
    decoded = how;
  }
  return { ...decoded, nodes };
}

/** One set of parameters for all, one a row, or groups within rows that are all of one size. */
function runsByRow({ slicing }: QuantizedTensor, { gather }: ParameterGrid): boolean {
  if (slicing === 'tensor') return true;
  if ('axes' in slicing) return slicing.axes.every((axis) => axis === 0);
  return slicing.along === 1 && gather === undefined;
}
