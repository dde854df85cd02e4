import type { Sink } from './sink.js';
import { utf8Into } from './utf8.js';
import { writeVarint } from './write-varint.js';

/** Bytes of a text as UTF-8, in which half of a surrogate pair alone becomes U+FFFD. */
export function utf8Size(text: string): number {
  let size = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    size += code < 0x800 ? 1 : 2;
    if (isPair(code, text.charCodeAt(index + 1))) index++;
  }
  return size;
}

/** Two code units that are one character of four bytes. */
const isPair = (code: number, next: number): boolean =>
  (code & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00;

/** Writes the length of a text and its UTF-8 bytes. */
export function writeText(sink: Sink, text: string): void {
  const size = utf8Size(text);
  writeVarint(sink, size, 0);
  if (size === text.length) writePlain(sink, text);
  else utf8Into(text, sink.bytes.subarray(sink.position));
  sink.position += size;
}

/** Most texts are short ASCII, and a text encoder is slow for those. */
function writePlain({ bytes, position }: Sink, text: string): void {
  for (let index = 0; index < text.length; index++) bytes[position + index] = text.charCodeAt(index);
}
