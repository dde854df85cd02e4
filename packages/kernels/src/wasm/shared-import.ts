/** Number of the section of imports. */
const importSection = 2;

/**
 * A module as it is, but that the memory which it imports is one that threads share. Modules say which kind they take; their code is
 * the same.
 *
 * @param bytes A module whose only import is a memory without an upper limit.
 */
export function importingShared(bytes: Uint8Array): Uint8Array {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at]!;
    const size = readNumber(bytes, at + 1);
    const end = size.next + size.value;
    if (id === importSection) return withShared(bytes, at, size.next, end);
    at = end;
  }
  return bytes;
}

/** The section says, from `start`: 1 import; name of the module; name of the memory; its kind, 2; 0 for no limit; its least pages. */
function withShared(bytes: Uint8Array, section: number, start: number, end: number): Uint8Array {
  const names = bytes.subarray(start, endOfName(bytes, endOfName(bytes, start + 1)));
  const least = bytes.subarray(start + names.length + 2, end);
  // Kind of import, limits of a shared memory, and its upper one: 65,536 pages.
  const content = [...names, 2, 3, ...least, 0x80, 0x80, 0x04];
  return Uint8Array.from([
    ...bytes.subarray(0, section),
    ...[importSection, content.length, ...content],
    ...bytes.subarray(end),
  ]);
}

function endOfName(bytes: Uint8Array, at: number): number {
  const { value, next } = readNumber(bytes, at);
  return next + value;
}

/** Seven bits in each byte, the lowest first. */
function readNumber(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 127) << shift;
    if (byte < 128) return { value, next: at };
  }
}
