import { getTextEncoding } from '@bufbuild/protobuf/wire';

/** Text as UTF-8 bytes, as string attributes hold it. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => getTextEncoding().encodeUtf8(text);

/** UTF-8 bytes as text; what is not UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string =>
  getTextEncoding().decodeUtf8(bytes as Uint8Array<ArrayBuffer>);
