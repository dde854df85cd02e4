import { domainName, standardDomain } from '../model/model.js';
import type { NodeProto } from '../schema/proto.js';

/** Why something is not quantized, one sentence each; the report shows them as they are. */
export const skipReasons = {
  computed: (by: string) => `the weight is computed at run time, by ${by}`,
  largerThanConstants: (by: string) =>
    `the weight is made of smaller constants, or of some that others take too, by ${by}: stored whole beside them it would make the file larger`,
  unknownStep: (by: string, op: string) =>
    `the weight is made of constants by ${by}, and ${op} is not computed beforehand: a model that a runtime optimized and saved holds it as one`,
  given: 'the weight is an input of the graph or function: whoever runs it gives it',
  overridable:
    'the weight is also a graph input, so whoever runs the model may replace it; freezeInputs makes it a constant',
  notFloat: (type: string) => `the weight is not of a float type but ${type}`,
  quantized: 'the weight is quantized already',
  parameters: 'the constant decodes weights that are quantized already',
  own: 'the constant belongs to weights or activations that lowbit quantized before',
  isOutput: 'the constant is also an output of a graph, so changing it would change the result',
  empty: 'the weight has no values',
  sparse: 'the weight is stored as a sparse tensor',
  external: 'the data of the weight are in another file, which was not given',
  longChain: 'too many operators lie between the constant and its use',
  badChain: (by: string) => `the shapes between the constant and its use cannot be followed through ${by}`,
  constantRows:
    'the table is gathered with constant indices, which gives another constant and is no embedding',
  noWeights: 'the operator holds no weights',
  bothComputed:
    'neither operand is a constant, or one that operators only move or cast, so the operator holds no weights',
  quantizedOperator: 'the operator is quantized already',
  notSupported: (op: string) => `the weights of ${op} are not quantized yet`,
  inAttributes: (op: string) => `the weights of ${op} are attributes, which are not quantized`,
  localFunction: "the operator is a function of the model: its weights are listed under the function's name",
  functionArgument:
    'a constant is passed to a function of the model in which no operator takes it directly as its weight',
  functionAttribute: 'an attribute of the operator is given by whoever calls the function around it',
  oldOpset: (opset: number) => `the operator set ${opset} is too old: weights are rewritten from version 7`,
  oldFunction: (opset: number) =>
    `the operator set ${opset} of the function around it has no constants of integers, which came with version 9`,
} as const;

/** What lets something be quantized that is skipped for a reason. */
export const skipRemedies: ReadonlyMap<string, string> = new Map([
  [
    skipReasons.overridable,
    'Freeze inputs that have a value in the file, which nobody can replace then: freezeInputs: true.',
  ],
  [
    skipReasons.external,
    'Give the files beside the model: on a page choose them together with it, in a program read them by the option externalData.',
  ],
]);

const ofQuantized: ReadonlySet<string> = new Set([
  skipReasons.quantized,
  skipReasons.parameters,
  skipReasons.own,
  skipReasons.quantizedOperator,
]);

/** Whether something is skipped since it was quantized before. */
export const wasQuantized = (reason: string): boolean => ofQuantized.has(reason);

const quantizedNames =
  /^(QLinear|QGemm$|QAttention$|QMoE$|QOrdered|QEmbed|Dequantize|Quantize|DynamicQuantize|FakeQuant|MatMulNBits|MatMulBnb4|MatMulFpQ4|MatMulInteger|ConvInteger|GatherBlockQuantized|ConvTransposeInteger|Quant$|BipolarQuant$|IntQuant$|FloatQuant$|Trunc$)/;
const quantizedDomains = /(qonnx|brevitas|finn)/i;

/** Whether a node computes with quantized values, or makes them from or into floats. */
export function isQuantizedOperator(node: NodeProto): boolean {
  return (
    quantizedDomains.test(node.domain) ||
    (quantizedNames.test(node.opType) &&
      (domainName(node.domain) !== standardDomain || node.opType !== 'Trunc'))
  );
}
