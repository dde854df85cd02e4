import type { FunctionProto, NodeProto } from '../schema/proto.js';
import { domainName } from './model.js';

/** Tells operators of all domains apart. */
export const operatorKey = (domain: string, name: string, overload = ''): string =>
  `${domainName(domain)}:${name}:${overload}`;

export const keyOfNode = ({ domain, opType, overload }: NodeProto): string =>
  operatorKey(domain, opType, overload);

export const keyOfFunction = ({ domain, name, overload }: FunctionProto): string =>
  operatorKey(domain, name, overload);
