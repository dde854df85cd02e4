import { LowbitError } from '@lowbit/core';

/**
 * Throws `external-data` unless the path, which a model names, is relative and stays in the model's folder: no drive, root,
 * scheme, backslash or `..`.
 */
export function checkPath(path: string, where: string): void {
  const parts = path.split('/');
  const isInside = path !== '' && !/^[a-z]+:|\\|\0/i.test(path) && !parts.includes('..') && parts[0] !== '';
  if (isInside) return;
  throw new LowbitError({
    code: 'external-data',
    where,
    expected: "weight files in the model's folder",
    received: JSON.stringify(path),
    remedy: 'Put the weight files beside the model and name them without a folder.',
  });
}
