import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite, WeightUse } from '../describe/weight-site.js';
import { integerAttribute } from '../graph/attributes.js';
import { isStandard } from '../graph/scope.js';
import type { PackedForm, Replacement } from './packed-form.js';
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

/** Of forms that take rows. */
export const rowsAreTaken = (): string =>
  'stays packed in memory; only the rows that are asked for are decoded';

/** Rows of packed codes and of their parameters, which alone are decoded: of every scheme, by standard operators. */
export const gatherRows: PackedForm = {
  name: 'Gather',
  kept: rowsAreTaken,
  pack: (to, site, tensor, target) =>
    takeRows(to, site, tensor, target) ??
    (tensor.scheme.kind === 'affine' ? undefined : shortGroups(site, tensor)),
  samples: [
    {
      operator: 'Gather',
      inputs: { w: [64, 40], at: [2, 5] },
      output: [2, 5, 40],
      bits: 3,
      granularity: 'channel',
    },
    { operator: 'Gather', inputs: { w: [64, 48], at: [7] }, output: [7, 48], bits: 8, granularity: 'tensor' },
    {
      operator: 'Gather',
      inputs: { w: [64, 48], at: [7] },
      output: [7, 48],
      bits: 2,
      granularity: 'channel',
      codebook: [-1, -0.25, 0.25, 1],
    },
    // Groups that are no power of two are taken by no operator.
    {
      operator: 'Gather',
      inputs: { w: [64, 48], at: [7] },
      output: [7, 48],
      bits: 4,
      granularity: 'group:24',
    },
  ],
};

/**
 * Returns what each `Gather` becomes, or
 * `undefined` when the weight is used otherwise or is grouped across rows.
 */
function takeRows(
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

/** Why rows of a table whose groups do not divide them are not decoded alone, and what divides them. */
function shortGroups(site: WeightSite, { slicing, shape }: QuantizedTensor): string | undefined {
  if (!isTable(site) || slicing === 'tensor' || !('along' in slicing) || slicing.along !== 1)
    return undefined;
  const { group } = slicing;
  const length = shape[1] as number;
  if (length % group === 0) return undefined;
  const divisor = largestDivisor(length, group);
  const groups = divisor < smallestGroup ? '' : `granularity group:${divisor} or `;
  const cause = `rows are not decoded in groups of ${group} here, since the last group is short (${length % group} of ${group})`;
  return `${cause}; it would stay packed with ${groups}granularity channel`;
}

/** Smaller groups take more for their scales than for their codes. */
const smallestGroup = 8;

function largestDivisor(length: number, most: number): number {
  let divisor = Math.min(most, length);
  while (length % divisor !== 0) divisor--;
  return divisor;
}
