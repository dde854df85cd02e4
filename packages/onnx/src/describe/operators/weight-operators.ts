import { domainName, standardDomain } from '../../model/model.js';
import type { NodeProto } from '../../schema/proto.js';
import { conv } from './conv.js';
import { convTranspose } from './conv-transpose.js';
import { gather } from './gather.js';
import { gemm } from './gemm.js';
import { matMul } from './mat-mul.js';
import { recurrent } from './recurrent.js';
import type { WeightOperator } from './weight-operator.js';

/** The standard operators whose weights are quantized. */
const operators: ReadonlyMap<string, WeightOperator> = new Map([
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['GRU', recurrent],
  ['Gather', gather],
  ['Gemm', gemm],
  ['LSTM', recurrent],
  ['MatMul', matMul],
  ['RNN', recurrent],
]);

export const weightOperator = (node: NodeProto): WeightOperator | undefined =>
  domainName(node.domain) === standardDomain ? operators.get(node.opType) : undefined;
