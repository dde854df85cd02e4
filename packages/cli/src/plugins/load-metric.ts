import { isLowbitError, LowbitError } from '@lowbit/core';
import type { Metric } from '@lowbit/core/policy';

import { locatePlugin } from './locate-plugin.js';

/**
 * The metric that a module exports. It is loaded because it was named, and for nothing else.
 *
 * @throws LowbitError `file-missing`, `file-unreadable`; `plugin-failed` for a module that cannot be imported, and from the metric for what it
 *   throws; `invalid-argument` for one without a function as its default export.
 */
export async function loadMetric(path: string, folder = process.cwd()): Promise<Metric> {
  const where = `--metric ${path}`;
  const url = await locatePlugin(path, folder, '--metric');
  const { default: metric } = await guarded(where, () => import(url) as Promise<{ default?: unknown }>);
  if (typeof metric !== 'function')
    throw new LowbitError({
      code: 'invalid-argument',
      where,
      expected: 'a function as the default export: (outputs, batch) => number, larger is better',
      received: metric === undefined ? 'none' : typeof metric,
    });
  return (outputs, batch) => {
    try {
      return (metric as Metric)(outputs, batch);
    } catch (error) {
      throw failed(where, error);
    }
  };
}

async function guarded<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failed(where, error);
  }
}

function failed(where: string, error: unknown): LowbitError {
  if (isLowbitError(error)) return error;
  const received = error instanceof Error ? error.message : String(error);
  const remedy =
    'A metric is a JavaScript module that Node can import; it gets what the model gives for a batch, and the batch.';
  return new LowbitError({ code: 'plugin-failed', where, received, remedy }, { cause: error });
}
