import type { KerasCall, KerasNetwork } from '../model.js';
import { tensorKey, tensorsOf } from '../network/call-tensors.js';
import { type Found, mergeClasses, masksBeginAt, recurrentEnds } from './mask-rules.js';

/**
 * The calls of merges that TensorFlow.js may give masks of some of their inputs and none of others, which it cannot work with: it fails
 * where it looks for the mask behind, or makes one of another shape. Keras knows that mask, so that TensorFlow.js need not.
 *
 * @param given The masks of a call's inputs, as Keras has them.
 */
export function partlyMasked(
  { calls }: KerasNetwork,
  given: (call: KerasCall) => readonly Found[],
): ReadonlySet<KerasCall> {
  // Most layers of TensorFlow.js pass on what they are given: of which tensors a mask may come along.
  const carrying = new Set<string>();
  const partly = new Set<KerasCall>();
  for (const call of calls) {
    const { layer, args, index } = call;
    const inputs = tensorsOf(args);
    const isCarried = inputs.some((tensor) => carrying.has(tensorKey(tensor)));
    if (isCarried && mergeClasses.includes(layer.className)) {
      const isWhole = given(call).every((mask) => mask?.isBrought === true);
      if (!isWhole) partly.add(call);
      if (!isWhole) continue;
    }
    if (!masksBeginAt(layer) && (!isCarried || recurrentEnds(layer))) continue;
    for (let output = 0; output < call.outputShapes.length; output++)
      carrying.add(tensorKey({ layer: layer.name, call: index, output }));
  }
  return partly;
}
