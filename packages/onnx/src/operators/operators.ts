import { domainName, standardDomain } from '../model/model.js';
import type { NodeProto } from '../schema/proto.js';
import { conv } from './conv.js';
import { convTranspose } from './conv-transpose.js';
import { gather } from './gather.js';
import { gemm } from './gemm.js';
import { matMul } from './mat-mul.js';
import type { Operator } from './operator.js';
import { recurrent } from './recurrent.js';

/** The standard operators whose weights are quantized. */
const operators: ReadonlyMap<string, Operator> = new Map([
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['GRU', recurrent],
  ['Gather', gather],
  ['Gemm', gemm],
  ['LSTM', recurrent],
  ['MatMul', matMul],
  ['RNN', recurrent],
]);

/** Names of the integer operators that runtimes make of others. */
export const fusedOperators: ReadonlySet<string> = new Set(
  [...operators.values()].flatMap(({ integer }) => integer?.becomes.qdq ?? []),
);

/** What is known of a node's operator; `undefined` for those without weights that are quantized. */
export const operatorOf = (node: NodeProto): Operator | undefined =>
  domainName(node.domain) === standardDomain ? operators.get(node.opType) : undefined;
