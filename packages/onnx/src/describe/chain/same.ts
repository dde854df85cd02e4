import { keepsAxes, type ChainOperator } from './chain-operator.js';

/** `Identity`, and `Cast` between float types. */
export const same: ChainOperator = ({ shapes: [shape = []] }) => keepsAxes(shape, true);
