import * as tf from '@tensorflow/tfjs-core';

/** The three terms of `ab,bc->ac`, one letter an axis. */
export interface Equation {
  readonly left: string;
  readonly right: string;
  readonly output: string;
}

/** Letters for axes that `...` stands for; equations in a topology are in lower case. */
const spare = 'ABCDEFGHIJ';

/** The terms of an equation for a left operand of this rank; `...` stands for axes that are only passed on. */
export function equationFor(text: string, rank: number): Equation {
  const [inputs, output] = text.replaceAll(' ', '').split('->') as [string, string];
  const [left, right] = inputs.split(',') as [string, string];
  const passed = spare.slice(0, rank - left.replaceAll('.', '').length);
  const expanded = (term: string) => term.replace('...', passed);
  return { left: expanded(left), right: expanded(right), output: expanded(output) };
}

/**
 * Products of two tensors, summed over the axes whose letters the output lacks, as one multiplication of matrices: the operation of
 * TensorFlow.js for this has no gradient.
 */
export function einsum({ left, right, output }: Equation, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const letters = [...output];
  const shared = [...left].filter((letter) => right.includes(letter));
  const batch = shared.filter((letter) => letters.includes(letter));
  const summed = shared.filter((letter) => !letters.includes(letter));
  const rows = letters.filter((letter) => !right.includes(letter));
  const columns = letters.filter((letter) => !left.includes(letter));
  const sizes = new Map([...sizesOf(left, a), ...sizesOf(right, b)]);
  const count = (of: readonly string[]) => of.reduce((product, letter) => product * sizes.get(letter)!, 1);
  const shape = (first: readonly string[], second: readonly string[]) => [
    count(batch),
    count(first),
    count(second),
  ];
  const leftMatrix = tf.reshape(ordered(a, left, [...batch, ...rows, ...summed]), shape(rows, summed));
  const rightMatrix = tf.reshape(
    ordered(b, right, [...batch, ...summed, ...columns]),
    shape(summed, columns),
  );
  const found = [...batch, ...rows, ...columns];
  const product = tf.reshape(
    tf.matMul(leftMatrix, rightMatrix),
    found.map((letter) => sizes.get(letter)!),
  );
  return ordered(product, found.join(''), letters);
}

function sizesOf(term: string, { shape }: tf.Tensor): [string, number][] {
  return [...term].map((letter, axis) => [letter, shape[axis]!]);
}

/** Axes in the order of these letters; those of others are summed. */
function ordered(x: tf.Tensor, term: string, letters: readonly string[]): tf.Tensor {
  const alone = [...term].map((_, axis) => axis).filter((axis) => !letters.includes(term[axis]!));
  const kept = [...term].filter((letter) => letters.includes(letter));
  const reduced = alone.length === 0 ? x : tf.sum(x, alone);
  return tf.transpose(
    reduced,
    letters.map((letter) => kept.indexOf(letter)),
  );
}
