import { domainName } from '../model/model.js';
import { operatorKey } from '../model/operator-key.js';
import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';

const angles = 'the constants are cosines and sines of positions, not weights';
const added = 'the constant is added to activations: the operator multiplies nothing by it';

/** Why operators of the runtime that take large constants hold no weights. */
const reasons: ReadonlyMap<string, string> = new Map(
  Object.entries({
    GroupQueryAttention: angles,
    SparseAttention: angles,
    RotaryEmbedding: angles,
    SkipLayerNormalization: added,
    SkipSimplifiedLayerNormalization: added,
    MultiHeadAttention: added,
    DecoderMaskedMultiHeadAttention: added,
    BiasGelu: added,
    BiasSplitGelu: added,
    BiasAdd: added,
    FastGelu: added,
    RelativePositionBias:
      'the constant is a table of numbers that are added to attention, by distance: it is small, and no weight',
  }).map(([name, reason]) => [operatorKey(runtimeDomain.name, name), reason]),
);

/** Where onnxruntime keeps operators whose weights it laid out for one processor. */
const laidOut = /^com\.(microsoft\.nchwc|ms\.internal\.nhwc)$/;

const forOneProcessor =
  'onnxruntime laid the weights out for one processor when it saved this file; save it with the graph optimization level "extended" instead';

/** Why a large constant that a node takes is no weight, or none that can be quantized; `undefined` where that is not known. */
export const noWeightReason = ({ domain, opType }: NodeProto): string | undefined =>
  laidOut.test(domainName(domain)) ? forOneProcessor : reasons.get(operatorKey(domain, opType));
