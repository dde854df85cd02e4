import { isFloatType } from '../model/data-types.js';
import { integerAttribute } from '../graph/attributes.js';
import { makeNode } from '../graph/make-node.js';
import { isStandard } from '../graph/scope.js';
import type { FoldRule } from './fold-step.js';

/** Operators with one value that they only move. */
const moves = ['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Slice', 'Flatten', 'Identity'];

/** Moves a constant first and casts it then, so that what is moved can be stored in its own type. */
export const movesBeforeCasts: FoldRule = {
  name: 'moves before casts',
  apply(node, graph) {
    if (!moves.some((op) => isStandard(node, op)) || node.output.length !== 1) return undefined;
    const [value = '', ...lists] = node.input;
    const cast = graph.producer(value);
    if (cast === undefined || !isStandard(cast, 'Cast') || graph.soleUser(value) !== node) return undefined;
    const [constant = ''] = cast.input;
    const from = graph.constantType(constant)?.type;
    const floats = from !== undefined && isFloatType(from) && isFloatType(integerAttribute(cast, 'to', 0));
    if (!floats || graph.soleUser(constant) !== cast) return undefined;
    const moved = graph.newName(`${constant}_moved`);
    const move = makeNode({ op: node.opType, inputs: [constant, ...lists], outputs: [moved] });
    move.attribute = node.attribute;
    const after = makeNode({ op: 'Cast', inputs: [moved], outputs: node.output });
    after.attribute = cast.attribute;
    graph.absorb(cast, [after]);
    graph.replace(node, [move, after]);
    return 'folded';
  },
};
