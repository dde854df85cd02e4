import type { JsonObject, JsonValue } from '../model.js';
import type { Step, Steps } from './operation.js';

/** A function of single values, which stands as an activation. */
export function functionStep(activation: string): Step {
  return { className: 'Activation', config: { activation } };
}

/** Exponents for which there is something better than a power. */
const plain: ReadonlyMap<number, string> = new Map([
  [1, 'linear'],
  [0.5, 'square_root'],
  [-0.5, 'rsqrt'],
  [-1, 'reciprocal'],
]);

/**
 * `x ** constant`, or `constant ** x`.
 *
 * @param isBase Whether the constant stands in front; then it is above 0, or there is no such layer.
 */
export function powerSteps(args: readonly JsonValue[], constant: number, isBase: boolean): Steps | undefined {
  if (!Number.isFinite(constant)) return undefined;
  if (isBase) {
    const scale: JsonObject = { scale: Math.log(constant), offset: 0 };
    const steps = [{ className: 'Rescaling', config: scale }, functionStep('exponential')];
    return constant > 0 ? { args, steps } : undefined;
  }
  if (constant === 2) return { args: [[args[0]!, args[0]!]], steps: [{ className: 'Multiply', config: {} }] };
  const known = plain.get(constant);
  const step =
    known === undefined ? { className: 'Power', config: { exponent: constant } } : functionStep(known);
  return { args, steps: [step] };
}
