import { File as Hdf5File, FS, Group, ready } from 'h5wasm';

import { hdf5Limits, type Attributes, type Hdf5Contents, type Hdf5Dataset } from './contents.js';
import type { FileBytes } from './file-bytes.js';
import { otherType, storedType, type DatasetHead } from './stored-type.js';
import { textAttribute } from './texts.js';

/** An open HDF5 file. Where this runs beside a program rather than in a worker, a hostile file can hold that program up. */
export interface Hdf5Reader {
  readonly contents: Hdf5Contents;
  /** The elements of a data set, row-major and little-endian, at the start of their own memory, or of that which is given where it is large enough. */
  read(path: string, memory?: ArrayBuffer): Uint8Array;
  close(): void;
}

type Module = Awaited<typeof ready>;

let opened = 0;

/**
 * Opens a file and lists what is in it.
 *
 * @param bytes Read when something of the file is needed, until it is closed.
 * @throws Error worded for people, in one sentence: errors of other classes do not cross from a worker.
 */
export async function readHdf5(bytes: FileBytes): Promise<Hdf5Reader> {
  const module = await ready;
  module.activate_throwing_error_handler();
  const path = `/${opened++}.h5`;
  addFile(path, bytes);
  const close = () => FS?.unlink(path);
  try {
    const { file_id: file } = new Hdf5File(path, 'r');
    if (file < 0n) throw new Error('it cannot be opened as HDF5');
    const contents = new Listing(module, file, bytes.size).contents();
    return { contents, read: (name, memory) => readData(module, file, name, memory), close };
  } catch (error) {
    close();
    throw plainError(error);
  }
}

/** What is used of the file system that is compiled into the HDF5 library (`FS` of Emscripten). */
interface Files {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
}

interface FileNode {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, buffer: Int8Array, offset: number, length: number, position: number): number;
  };
}

/** Gives the HDF5 library a file that is read as it needs it. */
function addFile(path: string, bytes: FileBytes): void {
  const files: unknown = FS;
  const node = (files as Files).createFile('/', path.slice(1), {}, true, false);
  node.usedBytes = bytes.size;
  node.stream_ops = {
    ...node.stream_ops,
    read(_, { buffer, byteOffset }, offset, length, position) {
      const count = Math.max(0, Math.min(length, bytes.size - position));
      bytes.read(new Uint8Array(buffer, byteOffset + offset, count), position);
      return count;
    },
  };
}

/** The innermost reason of an error of the HDF5 library, which tells all functions that it went through. */
function plainError(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const reasons = [...text.matchAll(/^ *#\d+: .*?\(\): (.*)$/gm)].map(([, reason]) => reason);
  return new Error(reasons.at(-1) ?? text);
}

/** Bytes that the library reads at once, but for a longer row: what its memory has grown to is never given back. */
const blockBytes = 2 ** 23;

function readData(module: Module, file: bigint, path: string, memory = new ArrayBuffer(0)): Uint8Array {
  const head = module.get_dataset_metadata(file, path);
  const count = head.size * head.total_size;
  const bytes = memory.byteLength < count ? new Uint8Array(count) : new Uint8Array(memory, 0, count);
  const [rows = 1, ...others] = head.shape ?? [];
  const rowBytes = rows === 0 ? 0 : bytes.length / rows;
  const most = Math.max(1, Math.floor(blockBytes / Math.max(1, rowBytes)));
  const pointer = Number(module._malloc(Math.max(1, Math.min(most, rows) * rowBytes)));
  if (pointer === 0) throw new Error(`there is no memory for the ${bytes.length} bytes of ${path}`);
  try {
    for (let row = 0; row < rows; row += most) {
      const count = Math.min(most, rows - row);
      const part = [
        [count, ...others],
        [row, ...others.map(() => 0)],
        [1, ...others.map(() => 1)],
      ];
      const [counts, offsets, strides] = part.map((places) => places.map(BigInt)) as [
        bigint[],
        bigint[],
        bigint[],
      ];
      if (count === rows) module.get_dataset_data(file, path, null, null, null, BigInt(pointer));
      else module.get_dataset_data(file, path, counts, offsets, strides, BigInt(pointer));
      // The library has put the bytes into the order of the machine, little-endian in WebAssembly.
      bytes.set(module.HEAPU8.subarray(pointer, pointer + count * rowBytes), row * rowBytes);
    }
    return bytes;
  } catch (error) {
    throw plainError(error);
  } finally {
    module._free(pointer);
  }
}

/** The attributes that Keras reads; others are of no use here. */
const wanted = /^(model_config|keras_version|backend|name|dtype|(layer|weight)_names\d*)$/;

/** Goes through the groups of a file, and stops where there are more or deeper ones than any model has. */
class Listing {
  readonly #groups = new Map<string, Attributes>();
  /** The path of each group by its place in the file. */
  readonly #places = new Map<string, string>();
  readonly #datasets = new Map<string, Hdf5Dataset>();
  readonly #others = new Map<string, string>();

  constructor(
    private readonly module: Module,
    private readonly file: bigint,
    private readonly fileBytes: number,
  ) {}

  contents(): Hdf5Contents {
    this.#visitGroup('', 0);
    return { groups: this.#groups, datasets: this.#datasets, others: this.#others };
  }

  #visitGroup(path: string, depth: number): void {
    if (depth > hdf5Limits.depth) throw new Error(`its groups lie more than ${hdf5Limits.depth} deep`);
    this.#checkOnce(path);
    this.#groups.set(path, this.#attributes(path));
    for (const key of new Group(this.file, `/${path}`).keys()) {
      if (this.#groups.size + this.#datasets.size > hdf5Limits.objects)
        throw new Error(`it has more than ${hdf5Limits.objects} groups and data sets`);
      this.#visit(path === '' ? key : `${path}/${key}`, depth + 1);
    }
  }

  /** Links to a group make circles, and more paths than could be gone through. */
  #checkOnce(path: string): void {
    const place = this.module.create_object_reference(this.file, `/${path}`).join();
    const before = this.#places.get(place);
    if (before !== undefined)
      throw new Error(
        `${path} is the same group as ${before || 'the root'}, and Keras links to no group twice`,
      );
    this.#places.set(place, path);
  }

  #visit(path: string, depth: number): void {
    const kind = this.module.get_type(this.file, `/${path}`);
    if (kind === this.module.H5G_GROUP) this.#visitGroup(path, depth);
    else if (kind === this.module.H5G_DATASET) this.#visitDataset(path);
    else throw new Error(`${path} is a link or a type, which Keras does not write`);
  }

  #visitDataset(path: string): void {
    const head: DatasetHead = this.module.get_dataset_metadata(this.file, path);
    const attributes = this.#attributes(path);
    const type = storedType(head, attributes['dtype']);
    // Metrics and the state of optimizers may hold anything; what is no number is no weight.
    if (type === undefined || head.shape === null) {
      this.#others.set(path, otherType(head));
      return;
    }
    // Other files do not come along: the library would give zeros in their place.
    if (head.virtual_sources !== undefined)
      throw new Error(`${path} is a virtual data set, whose values lie in other files`);
    this.#checkBytes(path, head.size * head.total_size);
    this.#datasets.set(path, { path, shape: [...head.shape], type, attributes });
  }

  /** A small file may say that a data set in it is huge. */
  #checkBytes(path: string, bytes: number): void {
    const { dataset, freely, ratio } = hdf5Limits;
    const isPacked = this.module.get_dataset_filters(this.file, path).length > 0;
    const most = isPacked ? Math.max(freely, ratio * this.fileBytes) : this.fileBytes;
    if (!(bytes <= Math.min(most, dataset)))
      throw new Error(`${path} claims ${bytes} bytes, which a file of ${this.fileBytes} bytes cannot hold`);
  }

  #attributes(path: string): Attributes {
    const names = this.module.get_attribute_names(this.file, `/${path}`).filter((name) => wanted.test(name));
    return Object.fromEntries(names.flatMap((name) => this.#attribute(path, name)));
  }

  #attribute(path: string, name: string): [string, string | readonly string[]][] {
    const head = this.module.get_attribute_metadata(this.file, `/${path}`, name);
    if (!(head.size * head.total_size <= hdf5Limits.attribute))
      throw new Error(`the attribute ${name} of ${path || 'the root'} is too large`);
    const value = textAttribute(this.module, this.file, `/${path}`, name, head);
    return value === undefined ? [] : [[name, value]];
  }
}
