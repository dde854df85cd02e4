import { isLowbitError } from '@lowbit/core';
import { checkArgument, nearestName } from '@lowbit/core/adapter';

/** Whether a path, which a model names, is relative and stays in the model's folder: no drive, root, scheme, backslash or `..`. */
export function isInside(path: string): boolean {
  const parts = path.split('/');
  return path !== '' && !/^[a-z]+:|\\|\0/i.test(path) && !parts.includes('..') && parts[0] !== '';
}

/**
 * What `read` gives for a weight file. TensorFlow.js puts the path into a URL, whose `%20` a server reads as a space, and whose `?v=3` is no
 * part of the name: where there is no file that is called so, it is the one that is meant by that.
 */
export async function readAsNamed<T>(path: string, read: (path: string) => T | Promise<T>): Promise<T> {
  const meant = meantPath(path);
  if (meant === path) return read(path);
  try {
    const found = await read(path);
    if (found !== undefined) return found;
  } catch (error) {
    const isMissing = isLowbitError(error) && ['file-missing', 'external-data'].includes(error.code);
    if (!isMissing) throw error;
    return Promise.resolve(meant)
      .then(read)
      .catch(() => {
        throw error;
      });
  }
  return read(meant);
}

/**
 * The path that a path in a `model.json` may mean: without a query and with what percent signs stand for, unless that leads elsewhere.
 *
 * @throws LowbitError `invalid-argument`.
 */
export function meantPath(path: string): string {
  checkArgument(typeof path === 'string', path, { where: 'meantPath: path', expected: 'a path' });
  try {
    const meant = decodeURIComponent(path.replace(/[?#].*$/s, ''));
    return isInside(meant) ? meant : path;
  } catch {
    return path;
  }
}

/**
 * What helps where a weight file is missing and one among those that are there is called nearly so, as downloads are that were renamed;
 * to be spread into a problem.
 */
export function renamedFile(path: string, names: readonly string[]): { readonly remedy?: string } {
  checkArgument(typeof path === 'string', path, { where: 'renamedFile: path', expected: 'a path' });
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
  checkArgument(areNames, names, { where: 'renamedFile: names', expected: 'names of files' });
  const [called, meant] = [path, meantPath(path)].map((each) => each.split('/').at(-1) as string) as [
    string,
    string,
  ];
  const holding = (own: string) => {
    const near = names.find((name) => name.includes(own));
    return near === undefined ? undefined : ([near, own] as const);
  };
  const nearest = nearestName(meant, names);
  const [near, own] = holding(called) ?? holding(meant) ?? [nearest, meant];
  return near === undefined ? {} : { remedy: `Rename ${near} to ${own}, as model.json names it.` };
}
