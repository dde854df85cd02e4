import { LowbitError, type Problem } from '@lowbit/core';
import type { KerasModel } from '@lowbit/keras';
import type { Known } from './graph/value.js';
import type { Call, Told } from './layers/rule.js';
import { ruleOf } from './layers/table.js';
import { declaredType, inputShape } from './inputs.js';
import { carryOut, walk } from './walk.js';

const remedy =
  'Build the model without it, or say in a program what takes its place, with customLayers of readKeras.';

/** A hook gave it: Keras has no such class. */
const ownRemedy =
  'Let the hook that names this class give one of Keras that computes the same: ONNX knows no layers of your own.';

const unknownAxes = 'tensors of which the axes are not known';
const axesRemedy =
  'Build the model with known shapes, or let the hook in front of it tell the outputShape of its layer.';

/** Of what is written for sizes that are known alone. */
const isOpen = (reason: string): boolean => /\b(sizes?|number)\b.* not known$/.test(reason);
const sizesRemedy = 'Give its Input sizes instead of None where the model is built, and make the file anew.';

/**
 * @param pause Gives others a turn, and throws where the work was cancelled.
 * @throws LowbitError `layer-unsupported` with every layer that operators of the standard do not compute as Keras does.
 */
export async function refuseUnknown(
  { network }: KerasModel,
  told: Told,
  pause: () => Promise<void>,
): Promise<void> {
  const problems = new Map<string, Problem>();
  const refuse = (id: string, received: string, todo = remedy) => {
    const expected = 'a layer that standard operators of ONNX compute as Keras does';
    problems.set(id, { code: 'layer-unsupported', where: id, expected, received, remedy: todo });
  };
  for (const { layer } of network.inputs)
    if (declaredType(network, layer) === 'string') refuse(layer, 'InputLayer of texts');
  const inputs = network.inputs.map(({ layer }): Known => ({
    shape: inputShape(network, layer),
    masked: false,
  }));
  const visit = async (call: Call): Promise<readonly Known[]> => {
    await pause();
    const { id, className } = call.layer;
    const rule = ruleOf(className);
    const reason = refusalOf(call);
    const isBehindRefused = call.inputs.some((input) => input.isBehindRefused);
    if (reason === '') refuse(id, className, ownRemedy);
    else if (reason === unknownAxes) {
      if (!isBehindRefused) refuse(id, `${className} with ${reason}`, axesRemedy);
    } else if (reason !== undefined)
      refuse(id, `${className} with ${reason}`, isOpen(reason) ? sizesRemedy : remedy);
    else if (rule?.inner !== undefined) await carryOut(rule.inner(call), visit);
    return call.outputs.map((shape) => ({
      shape,
      masked: false,
      isBehindRefused: shape === undefined && (isBehindRefused || reason !== undefined),
    }));
  };
  await walk(told, network, inputs, visit);
  const [first, ...others] = problems.values();
  if (first !== undefined) throw new LowbitError([first, ...others]);
}

/** What stands against a call, in words; empty where the class itself is not known. */
function refusalOf(call: Call): string | undefined {
  const rule = ruleOf(call.layer.className);
  if (rule === undefined) return '';
  const known = [...call.inputs, ...call.outputs.map((shape) => ({ shape }))];
  if (known.some(({ shape }) => shape === undefined)) return unknownAxes;
  if (call.inputs.length === 0) return 'values that are no tensors';
  if (rule.mask === 'refuse' && call.inputs.some(({ masked }) => masked)) return 'a mask';
  return rule.refuse?.(call);
}
