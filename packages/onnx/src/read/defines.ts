import type { GraphProto } from '../schema/proto.js';

/** Whether a graph itself gives a value of this name. */
export const defines = ({ input, initializer, node }: GraphProto, name: string): boolean =>
  [...input, ...initializer].some((one) => one.name === name) ||
  node.some(({ output }) => output.includes(name));
