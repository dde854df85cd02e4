import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { manifestError } from './manifest-error.js';

const expected = 'the JSON of a TensorFlow.js model';

/**
 * The value of a JSON text. What is none is told by what it is.
 *
 * @throws LowbitError `model-empty`, `model-truncated`, `model-malformed`.
 */
export function parseText(text: string, where: string): unknown {
  const bare = text.replace(/^\uFEFF/, '').trim();
  try {
    return JSON.parse(bare) as unknown;
  } catch (error) {
    if (bare === '') throw emptyError(where);
    const [kind, remedy] = otherKinds.find(([, , start]) => bare.startsWith(start)) ?? [];
    if (kind !== undefined) throw manifestError(where, expected, kind, remedy);
    if (endsEarly(bare)) throw endError(where, bare.length);
    throw manifestError(where, expected, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Checks that a file's name, or a URL, is not that of a file of another kind.
 *
 * @throws LowbitError `model-malformed`, as for its text.
 */
export function checkFileName(name: string): void {
  checkArgument(typeof name === 'string', name, { where: 'checkFileName', expected: 'the name of a file' });
  const ending = /\.\w+$/.exec(name.replace(/[?#].*/, '').toLowerCase())?.[0] ?? '';
  const [kind, remedy] = otherKinds.find(([, , , ...endings]) => endings.includes(ending)) ?? [];
  if (kind !== undefined) throw manifestError(name, expected, kind, remedy);
}

/** Whether an object or a list begins, and what closes it is not at the end. */
function endsEarly(text: string): boolean {
  const close = { '{': '}', '[': ']' }[text[0] as string];
  return close !== undefined && !text.endsWith(close);
}

function emptyError(where: string): LowbitError {
  const remedy =
    'The download or the conversion probably failed: repeat it and look at the size of the file.';
  return new LowbitError({ code: 'model-empty', where, expected, received: 'an empty file', remedy });
}

function endError(where: string, length: number): LowbitError {
  return new LowbitError({
    code: 'model-truncated',
    where,
    expected: `${expected}, to its last brace`,
    received: `${length} characters, which end before it`,
    remedy: 'The file was cut off: download or copy it again.',
  });
}

const convert =
  'Turn it into a model of TensorFlow.js with lowbit import FILE, and give the model.json in the folder that it writes.';

/** Files that are taken for a model.json, by how they start as text and how their names end: what they are, and what to do. */
const otherKinds: readonly (readonly [kind: string, remedy: string, start: string, ...endings: string[]])[] =
  [
    [
      'an HTML page',
      'The download returned a web page: use the direct link of the file ("raw" on code hosts), and log in if the model is gated.',
      '<',
    ],
    [
      'a Git LFS pointer',
      'The file stands for the model: fetch the model itself with `git lfs pull`, or download it from the host.',
      'version https://git-lfs',
    ],
    ['an HDF5 file, as Keras writes', convert, '\uFFFDHDF', '.h5', '.hdf5'],
    ['a zip archive, as a .keras file is', convert, 'PK\u0003\u0004', '.keras'],
  ];
