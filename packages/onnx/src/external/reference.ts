import { LowbitError } from '@lowbit/core';
import { quoted } from '../model/node-label.js';
import { tensorBytes } from '../model/tensor-data.js';
import type { TensorProto } from '../schema/proto.js';

/** Where the data of an external tensor lie. */
export interface ExternalReference {
  /** Path of the file, relative to the model's folder and inside it. */
  readonly path: string;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes: what dimensions and type ask for. */
  readonly length: number;
}

/** Paths that name memory instead of a file; runtimes follow them, so a file must never hold one. */
const memoryAddress = '_ORT_MEM_ADDR_';

/**
 * The place of an external tensor's data, checked by itself: nothing is opened.
 *
 * @throws LowbitError `external-data` for a path that does not stay in the model's folder, and for an offset or
 *   length that cannot be; `model-malformed` for impossible dimensions.
 */
export function externalReference(tensor: TensorProto, where: string): ExternalReference {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const path = checkedPath(entries.get('location') ?? '', where);
  const needed = tensorBytes(tensor, where);
  const offset = size(entries.get('offset') ?? '0', 'offset', where);
  const length = size(entries.get('length') ?? `${needed}`, 'length', where);
  if (length === needed) return { path, offset, length };
  throw refused(where, `${needed} bytes, as dimensions and type say`, `a length of ${length}`);
}

/** The path as it is opened: `./` in front is dropped. */
function checkedPath(location: string, where: string): string {
  if (isInsidePath(location)) return location.replace(/^(\.\/+)+/, '');
  const expected = 'the path of a file in the folder of the model';
  throw refused(where, expected, location === '' ? 'none' : quoted(location));
}

/**
 * Whether a path stays below the folder that it is relative to, on every system and as a URL: no root, drive or
 * scheme, no backslash, no control character (URL parsers drop some), no segment that means the folder above.
 */
export function isInsidePath(path: string): boolean {
  const rooted = /^([a-z]:|[a-z][a-z\d+.-]*:\/|\/)/i.test(path);
  // eslint-disable-next-line no-control-regex
  if (path === '' || rooted || /[\u0000-\u001f\u007f\\?#]/.test(path)) return false;
  if (path.includes(memoryAddress) || path.endsWith('/')) return false;
  return path.split('/').every((segment) => segment === '.' || !isDots(segment)) && !isDots(lastOf(path));
}

/** Dots and spaces alone: some systems read `.. .` as `..`, and URLs spell a dot `%2e` too. */
const isDots = (segment: string): boolean => /^[. ]+$/.test(segment.replace(/%2e/gi, '.'));

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function size(text: string, what: string, where: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(number)) return number;
  throw refused(where, `an ${what} of external data in bytes`, quoted(text));
}

function refused(where: string, expected: string, received: string): LowbitError {
  return new LowbitError({
    code: 'external-data',
    where,
    expected,
    received,
    remedy: 'Do not use this file unless you trust its source; export the model again.',
  });
}
