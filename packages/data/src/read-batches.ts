import type { Batch } from '@lowbit/core';
import { defined, optionTypes } from '@lowbit/core/adapter';
import { fileEnds, fileKind, type FileGroup, type FileKind } from './batches/data-source.js';
import { readSource } from './batches/read-source.js';
import { blobFile, type DataBlob } from './bytes/blob-file.js';
import { checkBlob, listBlobs, type GivenBlobs } from './bytes/given-blobs.js';
import { withFile, type DataFile } from './bytes/data-file.js';
import { checkedPixels, type Pixels } from './image/pixels.js';
import { checkReadOptions } from './input/check-options.js';
import { inputNamed } from './input/input-named.js';
import type { ReadOptions } from './input/options.js';
import { labelsInFile } from './labels/label-file.js';
import { invalid, invalidArgument } from './problems.js';

/** What is read from files of a browser and in which form. */
export interface BlobOptions<B extends DataBlob = DataBlob> extends ReadOptions {
  /** A file with one label a line, in the order of the samples, or with `name,label` lines for pictures. */
  readonly labels?: DataBlob;
  /** Decodes pictures in another way, for instance as the browser does. Default: JPEG and PNG, as in Node. */
  readonly decode?: (picture: B) => Promise<Pixels>;
}

/**
 * Reads files of a browser batch by batch; one batch is in memory at a time. It can be iterated several times and reads
 * the files again each time. In Node, `@lowbit/data/node` has the same for paths.
 *
 * What a file holds is told by the end of its name: pictures (`.jpg`, `.jpeg`, `.png`), `.npy`, `.npz` or JSON lines
 * (`.jsonl`, `.ndjson`). A blob without a name is told by its first bytes. The files are taken in the order given.
 *
 * @throws LowbitError `invalid-argument` or `unsupported-option` at once for wrong arguments; while iterating `calibration-invalid`, `non-finite`, `file-unreadable`, `invalid-argument` or
 *   `aborted`.
 */
export function readBatches<B extends DataBlob>(
  blobs: GivenBlobs<B>,
  options: BlobOptions<B>,
): AsyncIterable<Batch> {
  checkReadOptions(options, { labels: optionTypes.any, decode: optionTypes.callback });
  const given = listBlobs(blobs).map((one, i) => ({ ...one, file: blobFile(one.blob, i) }));
  const { labels, decode } = options;
  const origins = new Map(given.map(({ file, blob }) => [file, blob]));
  const labelled = labels === undefined ? undefined : blobFile(checkBlob(labels), 0);
  return readSource(
    {
      given: given.map(({ file }) => file.where),
      words: 'files',
      groups: () => groupsOf(given, options),
      ...(decode && {
        decode: (file: DataFile) => checkedPixels(() => decode(origins.get(file) as B), file.where),
      }),
      ...(labelled && { labels: { where: labelled.where, read: () => labelsInFile(labelled) } }),
    },
    options,
  );
}

interface GivenFile<B> {
  readonly blob: B;
  readonly file: DataFile;
  readonly input?: string;
}

async function* groupsOf(
  given: readonly GivenFile<DataBlob>[],
  { inputs, decode }: BlobOptions<never>,
): AsyncGenerator<FileGroup> {
  for (const { file, input: name } of given) {
    const input = inputNamed(name, inputs);
    if (name !== undefined && input === undefined) throw unknownInput(name, inputs);
    const kind = await kindOf(file, decode !== undefined);
    yield { kind, files: [file], ...defined({ input }) };
  }
}

function unknownInput(name: string, inputs: ReadOptions['inputs']): Error {
  return invalidArgument(name, {
    expected: `files for one of the inputs ${inputs.map((input) => input.name).join(', ')}`,
    received: `the input ${name}, which the model does not have`,
  });
}

/** Pictures of any kind are taken where they are decoded in another way. */
async function kindOf(file: DataFile, anyPicture: boolean): Promise<FileKind> {
  const kind = file.name === '' ? await kindByStart(file) : fileKind(file.name);
  if (kind !== undefined) return kind;
  if (anyPicture) return 'image';
  throw invalid(file.where, { expected: `a file that ends in ${fileEnds}`, received: 'another file' });
}

const starts: readonly (readonly [FileKind, readonly number[]])[] = [
  ['image', [0xff, 0xd8]],
  ['image', [0x89, 0x50]],
  ['npy', [0x93, 0x4e]],
  ['npz', [0x50, 0x4b]],
  ['lines', [0x7b]],
];

async function kindByStart(file: DataFile): Promise<FileKind | undefined> {
  const first = await withFile(file, ({ size, read }) => read(0, Math.min(2, size)));
  return starts.find(([, bytes]) => bytes.every((byte, i) => byte === first[i]))?.[0];
}
