import { crc32 } from 'node:zlib';

import type { ByteSource } from '../files/byte-source.js';
import { invalid } from '../invalid.js';

/** A source whose bytes must have, once all are read, the size and checksum that were promised. */
export function checkedSource(
  source: ByteSource,
  promised: { readonly bytes: number; readonly crc: number },
  where: string,
): ByteSource {
  let count = 0;
  let crc = 0;
  return {
    async read(length) {
      const bytes = await source.read(length);
      count += length;
      crc = crc32(bytes, crc);
      return bytes;
    },
    async finish() {
      await source.finish();
      if (count === promised.bytes && crc === promised.crc) return;
      throw invalid(where, {
        expected: `${promised.bytes} bytes with the checksum ${promised.crc.toString(16)}`,
        received: `${count} bytes with the checksum ${crc.toString(16)}`,
        remedy: 'The archive is damaged; make or copy it again.',
      });
    },
    close: () => source.close(),
  };
}
