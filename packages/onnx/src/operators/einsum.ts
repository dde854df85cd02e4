import type { NodeProto } from '../schema/proto.js';
import { equationOf, productOf, labelled } from './equation.js';
import { type FeatureAxes, type Operator, type OutputPlace, type ReadAxes, vector } from './operator.js';

/** Constant operands are weights: labels that are still there behind them are their output channels, others are summed over. */
export const einsum: Operator = {
  names: ['Einsum'],
  takes: 'one',
  roles: (node) => node.input.map((_, input) => ({ input, kernel: 'kernel', axes: operand(node, input) })),
  features,
  product: {
    along: (node) => (productOf(equationOf(node))?.summed === 1 ? 1 : 0),
    unfit: (node) => (productOf(equationOf(node)) ? undefined : `the equation ${equationOf(node).text}`),
  },
  floats: (node) =>
    `the equation ${equationOf(node).text} is no product of rows with a constant matrix behind them; a MatMul with Reshape and Transpose around it has an integer form`,
  samples: [
    {
      attributes: { equation: 'bsd,dh->bsh' },
      inputs: { x: [2, 3, 32], w: [32, 40] },
      output: [2, 3, 40],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { equation: '...d,hd->...h' },
      inputs: { x: [2, 3, 32], w: [40, 32] },
      output: [2, 3, 40],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    // Heads of queries, and back to one vector.
    {
      attributes: { equation: 'bsd,dnh -> bnsh' },
      inputs: { x: [2, 3, 32], w: [32, 4, 8] },
      output: [2, 4, 3, 8],
      weights: { w: { outputAxes: [1, 2], inputAxis: 0 } },
    },
    {
      attributes: { equation: 'bsnh,nhd->bsd' },
      inputs: { x: [2, 3, 4, 8], w: [4, 8, 32] },
      output: [2, 3, 32],
      weights: { w: { shape: [32, 32], outputAxes: [1], inputAxis: 0 } },
    },
    // One matrix for each expert; and a weight in front, with the labels of the result in alphabetical order.
    {
      attributes: { equation: 'bed,edf->bef' },
      inputs: { x: [2, 3, 32], w: [3, 32, 16] },
      output: [2, 3, 16],
      weights: { w: { outputAxes: [0, 2], inputAxis: 1 } },
    },
    {
      attributes: { equation: '...bd,...df->...bf' },
      inputs: { x: [3, 5, 32], w: [3, 32, 16] },
      output: [3, 5, 16],
      weights: { w: { outputAxes: [0, 2], inputAxis: 1 } },
    },
    {
      attributes: { equation: 'ck,kb' },
      inputs: { w: [40, 32], x: [32, 7] },
      output: [7, 40],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
  ],
};

const operand =
  (node: NodeProto, input: number): ReadAxes =>
  (shape) => {
    if (shape.length < 2) return vector;
    const equation = equationOf(node);
    const operand = equation.operands[input] ?? '';
    const labels = labelled(operand, shape.length);
    if (labels.length !== shape.length || new Set(operand).size !== operand.length)
      return `the equation ${equation.text} takes a diagonal of the constant`;
    const kept = equation.result + laterOperands(equation.operands, input);
    const isSummed = labels.map((label) => !kept.includes(label));
    if (isSummed.every(Boolean) || !isSummed.some(Boolean))
      return `the equation ${equation.text} sums over ${isSummed[0] ? 'all axes' : 'no axis'} of the constant: it is no weight with output channels`;
    return summedTogether(shape, isSummed);
  };

/** The operands that a product of an operand with those before it, or with the one behind the first, is multiplied with. */
const laterOperands = (operands: readonly string[], input: number): string =>
  operands.slice(Math.max(input, 1) + 1).join('');

/** Axes that follow one another are one where all of them are summed over. */
function summedTogether(shape: readonly number[], isSummed: readonly boolean[]): ReturnType<ReadAxes> {
  const [first, last] = [isSummed.indexOf(true), isSummed.lastIndexOf(true)];
  const whole = isSummed.slice(first, last).every(Boolean);
  if (!whole) return { shape, outputAxes: shape.flatMap((_, axis) => (isSummed[axis] ? [] : axis)) };
  const size = shape.slice(first, last + 1).reduce((product, one) => product * one, 1);
  const view = [...shape.slice(0, first), size, ...shape.slice(last + 1)];
  return {
    shape: view,
    outputAxes: view.flatMap((_, axis) => (axis === first ? [] : axis)),
    inputAxis: first,
  };
}

/** Channels are labels that the weight, or one behind it, alone has; samples are told apart by the first one that it has not, or by an ellipsis. */
function features(node: NodeProto, { rank, weight }: OutputPlace): FeatureAxes {
  const { operands, result } = equationOf(node);
  const own = weight === 0 ? (operands[0] ?? '') : operands.slice(weight).join('');
  const others = operands.filter((_, input) => (weight === 0 ? input > 0 : input < weight)).join('');
  const labels = labelled(result, rank);
  const axesOf = (test: (label: string) => boolean) =>
    labels.flatMap((label, axis) => (test(label) ? axis : []));
  const channels = axesOf((label) => own.includes(label) && !others.includes(label));
  const samples = axesOf((label) => others.includes(label) && (label === '.' || !own.includes(label)));
  return { batch: samples[0] ?? 0, channels };
}
