/** How the elements of a tensor are stored. */
export type StoredType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** Attributes of a group or data set that Keras writes: texts and lists of texts. */
export type Attributes = Readonly<Record<string, string | readonly string[]>>;

/** A data set of an HDF5 file. */
export interface Hdf5Dataset {
  /** From the root, without a slash in front: `layers/dense/vars/0`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly attributes: Attributes;
}

/** What is in an HDF5 file, without the values. */
export interface Hdf5Contents {
  /** By path; the root is the empty text. In the order of the file. */
  readonly groups: ReadonlyMap<string, Attributes>;
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>;
  /** What other data sets hold, in words. */
  readonly others: ReadonlyMap<string, string>;
}

/** Bounds that keep hostile files from taking memory or time. */
export const hdf5Limits = {
  /** Groups and data sets. The largest models of `keras.applications` have some 4,000. */
  objects: 200_000,
  depth: 64,
  /** Bytes of one attribute; a `model_config` of those models has 1 MB. */
  attribute: 64 * 2 ** 20,
  /** Bytes of one data set. */
  dataset: 2 ** 31 - 1,
  /** Above `freely` bytes, a compressed data set may be at most `ratio` times as large as its file. */
  freely: 64 * 2 ** 20,
  ratio: 200,
} as const;
