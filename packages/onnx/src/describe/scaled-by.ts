import { scalesPixels } from '@lowbit/core/adapter';
import { graphConstants } from '../graph/graph-constants.js';
import { graphLinks } from '../graph/graph-links.js';
import { isStandard } from '../graph/scope.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';

/** What became of pixels x: `scale · x + offset`, with one number for all channels or one a channel. */
interface Affine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** Operators by which the values of a picture stay what they are. */
const keeping = new Set(
  'Cast Identity Dropout Transpose Reshape Squeeze Unsqueeze Slice Pad Resize Upsample QuantizeLinear DequantizeLinear'.split(
    ' ',
  ),
);

/**
 * The node that brings pixels of 0 to 255 into the range of a graph, by its name or that of its result: `Mul`, `Div`, `Sub` and `Add` with
 * constants behind the input, or a normalization by means that only such pixels have. With several users of the input, each of them has to
 * come to such a node. `undefined` where there is none.
 *
 * @param ir - the file's IR version
 */
export function scaledBy(graph: GraphProto, ir: number, input: string): string | undefined {
  const constants = graphConstants(graph, ir);
  const links = graphLinks(graph.node);
  const seen = new Set<NodeProto>();
  const follow = (name: string, pixels: Affine): string | undefined => {
    const found = [...new Set(links.users(name))].map((node) => {
      if (seen.has(node)) return undefined;
      seen.add(node);
      if (keeping.has(node.opType) && node.input[0] === name) return follow(node.output[0] ?? '', pixels);
      const numbers = (at: number) => constants.value(node.input[at] ?? '')?.values;
      const changed = step(node, node.input.indexOf(name), pixels, numbers);
      if (changed === undefined) return undefined;
      return scalesPixels(changed.scale, changed.offset)
        ? node.name || node.output[0]
        : follow(node.output[0] ?? '', changed);
    });
    return found.every((one) => one !== undefined) ? found[0] : undefined;
  };
  return follow(input, { scale: [1], offset: [0] });
}

/** Pixels after a node that takes them at place `at`; `undefined` for one that does something else to them. */
function step(
  node: NodeProto,
  at: number,
  { scale, offset }: Affine,
  numbers: (at: number) => ArrayLike<number> | undefined,
): Affine | undefined {
  if (isStandard(node, 'BatchNormalization')) {
    const mean = at === 0 ? numbers(3) : undefined;
    return mean && { scale, offset: each(offset, mean, (a, b) => a - b) };
  }
  const other = numbers(1 - at);
  if (other === undefined || other.length === 0) return undefined;
  if (isStandard(node, 'Add')) return { scale, offset: each(offset, other, (a, b) => a + b) };
  if (isStandard(node, 'Mul'))
    return { scale: each(scale, other, (a, b) => a * b), offset: each(offset, other, (a, b) => a * b) };
  if (at !== 0) return undefined;
  if (isStandard(node, 'Sub')) return { scale, offset: each(offset, other, (a, b) => a - b) };
  return isStandard(node, 'Div')
    ? { scale: each(scale, other, (a, b) => a / b), offset: each(offset, other, (a, b) => a / b) }
    : undefined;
}

/** Numbers of channels with others; a constant of any other size, the picture of a mean for instance, counts by its mean. */
function each(
  own: readonly number[],
  given: ArrayLike<number>,
  change: (own: number, other: number) => number,
): readonly number[] {
  const values = Array.from(given);
  const other = values.length > 4 ? [values.reduce((sum, value) => sum + value, 0) / values.length] : values;
  const length = Math.max(own.length, other.length);
  return Array.from({ length }, (_, i) => change(own[i % own.length]!, other[i % other.length]!));
}
