import type { StorageCost } from './storage-cost.js';

/** Bytes of codes and parameters. */
export const valueBytesOf = ({
  storedBytes,
  valueBytes,
}: Pick<StorageCost, 'storedBytes' | 'valueBytes'>): number => valueBytes ?? storedBytes;
