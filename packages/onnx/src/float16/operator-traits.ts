import { keyOfNode, operatorKey } from '../model/operator-key.js';
import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';

/**
 * How an operator takes to float16.
 *
 * `half`: it computes in float16, where its inputs and outputs are in range. `exact`: its results are among its inputs, or are no
 * floats, so that the type makes no difference: it follows its neighbours. `wide`: its results, or what it adds up on the way, leave the
 * range of float16 on ordinary values (squares, long sums, exponentials). `inner`: what it computes inside does, or small values matter to
 * it, and its results are of ordinary size (norms, soft maxima, roots, sines of large angles).
 */
export type HalfTrait = 'half' | 'exact' | 'wide' | 'inner';

export interface OperatorTraits {
  readonly trait: HalfTrait;
  /** Its results lie within a few units whatever it takes, or have the size of what went in before squares were taken. */
  readonly bounds: boolean;
  /** Inputs that are float32 in any case, by place. */
  readonly fixed: readonly number[];
  /** Inputs that bound values from below or above, so that one beyond the range bounds nothing. */
  readonly limits: readonly number[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const traits: Readonly<Record<HalfTrait, readonly string[]>> = {
  half: words(`
    Add Sub Mul Div Sum Mean Conv ConvTranspose MatMul Gemm Einsum PRelu LeakyRelu Elu Selu ThresholdedRelu Sigmoid Tanh
    HardSigmoid HardSwish Erf Softsign Gelu Swish Clip AveragePool Resize Upsample`),
  exact: words(`
    Identity Reshape Transpose Squeeze Unsqueeze Flatten Slice Split Concat Gather GatherElements GatherND Expand Tile Pad
    DepthToSpace SpaceToDepth Relu Abs Neg Min Max MaxPool GlobalMaxPool ReduceMax ReduceMin Where ScatterElements ScatterND Compress
    Trilu ReverseSequence Dropout Equal Less Greater LessOrEqual GreaterOrEqual IsNaN IsInf ArgMax ArgMin NonZero Sign TopK Shape Size
    Ceil Floor Round`),
  wide: words(
    'Pow Exp ReduceSum ReduceL1 ReduceL2 ReduceSumSquare ReduceProd ReduceLogSumExp CumSum Sinh Cosh Tan',
  ),
  inner: words(`
    Softmax LogSoftmax LayerNormalization InstanceNormalization GroupNormalization RMSNormalization BatchNormalization
    LpNormalization MeanVarianceNormalization LRN GlobalAveragePool ReduceMean ReduceLogSum Softplus Mish Sqrt Log Reciprocal Cos Sin Atan`),
};

const ofRuntime: Readonly<Record<'half' | 'inner', readonly string[]>> = {
  half: words('FastGelu BiasGelu Gelu QuickGelu BiasAdd FusedMatMul FusedGemm'),
  inner: words(
    'SkipLayerNormalization SkipSimplifiedLayerNormalization SimplifiedLayerNormalization BiasSoftmax',
  ),
};

const bounding = new Set(
  words(`
    Sigmoid Tanh HardSigmoid Erf Softsign Softmax LogSoftmax LayerNormalization InstanceNormalization GroupNormalization
    RMSNormalization BatchNormalization LpNormalization MeanVarianceNormalization SkipLayerNormalization
    SkipSimplifiedLayerNormalization SimplifiedLayerNormalization BiasSoftmax Log ReduceLogSum ReduceLogSumExp Sqrt Reciprocal Sign Cos Sin Atan`),
);

const fixed: ReadonlyMap<string, readonly number[]> = new Map([
  ['Resize', [1, 2]],
  ['Upsample', [1]],
]);

const limits: ReadonlyMap<string, readonly number[]> = new Map([['Clip', [1, 2]]]);

const known: ReadonlyMap<string, OperatorTraits> = new Map(
  [
    ...Object.entries(traits).map(([trait, names]) => ['', trait, names] as const),
    ...Object.entries(ofRuntime).map(([trait, names]) => [runtimeDomain.name, trait, names] as const),
  ].flatMap(([domain, trait, names]) =>
    names.map((name) => [
      operatorKey(domain, name),
      {
        trait: trait as HalfTrait,
        bounds: bounding.has(name),
        fixed: fixed.get(name) ?? [],
        limits: limits.get(name) ?? [],
      },
    ]),
  ),
);

/** How the operator of a node takes to float16; `undefined` for one that stays float32. */
export const traitsOf = (node: NodeProto): OperatorTraits | undefined => known.get(keyOfNode(node));
