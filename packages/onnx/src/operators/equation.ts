import { attributeOf } from '../graph/attributes.js';
import { type NodeProto, textOf } from '../schema/proto.js';

/** What an `Einsum` computes: a letter an axis; `.` stands for the axes of an ellipsis. */
export interface Equation {
  /** As the model writes it. */
  readonly text: string;
  readonly operands: readonly string[];
  readonly result: string;
}

/** The equation of a node. A result that is not written has the letters that stand once, in alphabetical order. */
export function equationOf(node: NodeProto): Equation {
  const attribute = attributeOf(node, 'equation');
  const text = attribute === undefined ? '' : textOf(attribute.s);
  const [given = '', result] = text.replaceAll(/\s/g, '').replaceAll('...', '.').split('->');
  return { text, operands: given.split(','), result: result ?? impliedResult(given) };
}

function impliedResult(operands: string): string {
  const letters = [...operands.replaceAll(/[,.]/g, '')];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return (operands.includes('.') ? '.' : '') + once.sort().join('');
}

/** The label of each axis of a value. */
export const labelled = (labels: string, rank: number): string[] =>
  [...labels].flatMap((label) =>
    label === '.' ? Array.from({ length: rank - labels.length + 1 }, () => label) : label,
  );

/**
 * The axis of a matrix, the second operand, that an equation sums over where it is the product with the last axis of the first, whose
 * other axes stay where they are; `undefined` where it is something else.
 */
export function productOf({ operands, result }: Equation): { readonly summed: 0 | 1 } | undefined {
  const [factor = '', matrix = '', ...others] = operands;
  const rows = factor.slice(0, -1);
  const last = factor.slice(-1);
  const summed = matrix.indexOf(last);
  const column = matrix[1 - summed] ?? '';
  if (others.length > 0 || matrix.length !== 2 || rows === '' || (summed !== 0 && summed !== 1))
    return undefined;
  const letters = [...rows, last, column].filter((letter) => letter !== '.');
  const distinct = new Set(letters).size === letters.length && last !== '.' && column !== '.';
  return distinct && result === rows + column ? { summed } : undefined;
}
