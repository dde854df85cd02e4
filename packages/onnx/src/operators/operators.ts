import { operatorKey } from '../model/operator-key.js';
import { standardDomain } from '../model/model.js';
import type { NodeProto } from '../schema/proto.js';
import { attention } from './attention.js';
import { attentionVariants } from './attention-variants.js';
import { conv } from './conv.js';
import { convTranspose } from './conv-transpose.js';
import { einsum } from './einsum.js';
import { embedLayerNormalization } from './embed-layer-normalization.js';
import { fusedConv } from './fused-conv.js';
import { fusedGemm } from './fused-gemm.js';
import { fusedMatMul } from './fused-mat-mul.js';
import { gather } from './gather.js';
import { gemm } from './gemm.js';
import { matMul } from './mat-mul.js';
import type { Operator } from './operator.js';
import { recurrent } from './recurrent.js';

/** The operators whose weights are quantized. */
export const operators: readonly Operator[] = [
  conv,
  convTranspose,
  gather,
  gemm,
  matMul,
  recurrent,
  einsum,
  attention,
  attentionVariants,
  embedLayerNormalization,
  fusedConv,
  fusedGemm,
  fusedMatMul,
];

const byKey: ReadonlyMap<string, Operator> = new Map(
  operators.flatMap((operator) => {
    const { names, domain = standardDomain } = operator;
    return names.map((name) => [operatorKey(domain, name), operator]);
  }),
);

/** Names of the integer operators that runtimes make of others. */
export const fusedOperators: ReadonlySet<string> = new Set(
  operators.flatMap(({ integer }) => integer?.becomes.qdq ?? []),
);

/** What is known of a node's operator; `undefined` for those without weights that are quantized. */
export const operatorOf = ({ domain, opType }: NodeProto): Operator | undefined =>
  byKey.get(operatorKey(domain, opType));
