import { LowbitError, type CancelSignal } from '@lowbit/core';
import { malformed } from '../errors.js';
import { allBytes, firstBytes, toBlob, type KerasFile, type NamedBlob } from '../file.js';
import { kerasArchive } from './keras-archive.js';
import { partsOfIndex, startsAsIndex } from './part-index.js';
import { fileKind, headBytes, notKeras } from './recognise.js';

/** Bytes that an index of parts has at most: it names layers and files. */
const longestIndex = 64 * 2 ** 20;

/**
 * The HDF5 files among what was given as weights: one, or the parts of a store that Keras split, the index of which may be among them and then
 * says which there have to be.
 *
 * @throws LowbitError `model-not-keras` for other files; `model-malformed`; `external-data` for a part that is not there.
 */
export async function weightFiles(
  given: readonly KerasFile[],
  signal?: CancelSignal,
): Promise<readonly NamedBlob[]> {
  const files: NamedBlob[] = [];
  const indexes: NamedBlob[] = [];
  for (const [i, each] of given.entries()) {
    const file = toBlob(each, given.length === 1 ? 'weights' : `weights[${i}]`);
    const head = await firstBytes(file, headBytes);
    const kind = fileKind(head, file.name);
    if (kind === 'hdf5') files.push(file);
    else if (kind === 'zip') throw await archiveAsWeights(file);
    else if (startsAsIndex(new TextDecoder().decode(head))) indexes.push(file);
    else throw jsonAsWeights(new TextDecoder().decode(head), file.name);
  }
  for (const index of indexes) checkParts(index.name, await partsIn(index, signal), files);
  return files;
}

async function partsIn(index: NamedBlob, signal: CancelSignal | undefined): Promise<readonly string[]> {
  if (index.size > longestIndex)
    throw malformed(index.name, `at most ${longestIndex} bytes`, `${index.size}`);
  return partsOfIndex(new TextDecoder().decode(await allBytes(index, signal)), index.name);
}

/** Files that were given as bytes have no names, and others may have got one, so that only their number counts. */
function checkParts(index: string, names: readonly string[], files: readonly NamedBlob[]): void {
  if (files.length >= names.length) return;
  const given = new Set(files.map(({ name }) => name.split(/[\\/]/).at(-1)!));
  const missing = names.filter((name) => !given.has(name));
  const { length } = names;
  throw new LowbitError({
    code: 'external-data',
    where: index,
    expected:
      missing.length === length
        ? `its ${length} parts: ${listed(names)}`
        : `all of its ${length} parts, also ${listed(missing)}`,
    received: files.length === 0 ? 'the index alone' : `${files.length} of them`,
    remedy: 'Give every part: { topology, weights: [index, part, …] }.',
  });
}

const listed = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(', ')} … ${names.at(-1)}` : names.join(', ');

/** What is inside tells better what an archive is that is no model of Keras. */
async function archiveAsWeights(file: NamedBlob): Promise<LowbitError> {
  await kerasArchive(file);
  return malformed(
    file.name,
    'an HDF5 file of weights',
    'a .keras file',
    'Give a .keras file alone: it holds both.',
  );
}

function jsonAsWeights(head: string, where: string): LowbitError {
  const expected = 'an HDF5 file of weights';
  if (head.includes('"modelTopology"'))
    return malformed(
      where,
      expected,
      'the model.json of a TensorFlow.js model',
      'Give { modelJson, shards } alone.',
    );
  return head.includes('"class_name"')
    ? malformed(where, expected, 'a topology', 'Give the weights beside it: { topology, weights }.')
    : notKeras(where, 'a JSON text that is no index of weights', 'Give the .h5 file of the weights.');
}
