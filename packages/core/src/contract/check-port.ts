import { LowbitError } from '../errors/error.js';

/**
 * Checks that a value is a port, and not the model itself or a promise.
 *
 * @throws LowbitError `invalid-argument` that says what to write.
 */
export function checkPort(value: unknown): void {
  const { name, supports, layers, write } = (value ?? {}) as Record<string, unknown>;
  const isPort = typeof layers === 'function' && typeof write === 'function';
  if (isPort && typeof name === 'string' && typeof supports === 'object') return;
  const isPromise = typeof (value as { then?: unknown } | undefined | null)?.then === 'function';
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'port',
    expected: 'a model seen through an adapter',
    received: isPromise ? 'a promise' : kindOf(value),
    remedy: isPromise
      ? 'Await it: a model that is being loaded is not there yet.'
      : 'Write quantize(onnx(bytes), …) with @lowbit/onnx, or quantize(tfjs(model), …), for a graph model quantize(graphModel(source), …), with @lowbit/tfjs.',
  });
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { name } = value.constructor ?? {};
  return name === undefined || name === 'Object' ? 'an object that is no port' : `an object of ${name}`;
}
