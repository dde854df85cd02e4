import { integersAttribute } from '../../graph/attributes.js';
import { sliceTakesInputs } from '../../target/versions.js';
import { type ChainCall, type ChainOperator, fromFront, keepsAxes } from './chain-operator.js';

/** Bounds are attributes up to opset 9 and inputs from 10. */
export const slice: ChainOperator = (call) => {
  const [shape = []] = call.shapes;
  const { starts, ends, axes = starts?.map((_, index) => index), steps } = boundsOf(call);
  if (starts === undefined || ends === undefined || axes === undefined) return undefined;
  const sizes = [...shape];
  for (const [index, given] of axes.entries()) {
    const axis = fromFront(given, shape.length);
    const [start, end, step] = [starts[index], ends[index], steps?.[index] ?? 1];
    if (axis === undefined || start === undefined || end === undefined || step === 0) return undefined;
    sizes[axis] = slicedSize(shape[axis] as number, start, end, step);
  }
  return keepsAxes(sizes);
};

function boundsOf({ node, opset, integers }: ChainCall) {
  if (opset >= sliceTakesInputs)
    return { starts: integers(1), ends: integers(2), axes: integers(3), steps: integers(4) };
  const [starts, ends] = [integersAttribute(node, 'starts'), integersAttribute(node, 'ends')];
  return { starts, ends, axes: integersAttribute(node, 'axes'), steps: undefined };
}

/** Number of indices from `start` to `end`, exclusive, both counted from the end when negative and clamped. */
function slicedSize(size: number, start: number, end: number, step: number): number {
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + size : index, lowest), highest);
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
}
