import type { Tensor } from './walk-model.js';

/** Where the data of a tensor lie. */
export interface DataPlace {
  /** Of the file, as folders have it. */
  readonly path: string;
  readonly offset: number;
  /** Absent where they go on to the end of the file. */
  readonly length?: number;
}

/** Where the data of a tensor lie that are in another file; `undefined` for others. */
export function placeOf({ externalData }: Tensor): DataPlace | undefined {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const path = entries.get('location')?.replace(/^\.\//, '');
  if (path === undefined) return undefined;
  const length = entries.get('length');
  return {
    path,
    offset: Number(entries.get('offset') ?? 0),
    ...(length === undefined ? {} : { length: Number(length) }),
  };
}
