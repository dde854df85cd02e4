// What every host of this package has, though the ECMAScript library does not name it.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): unknown;
};
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly ignoreBOM: true; readonly fatal?: true },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
/** In the middle of a file a byte order mark is text. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Text as UTF-8 bytes, as string attributes hold it. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Writes text as UTF-8 where there is room for it. */
export const utf8Into = (text: string, into: Uint8Array): void => void encoder.encodeInto(text, into);

/** UTF-8 bytes as text; what is not UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** UTF-8 bytes as text. Throws for what is not UTF-8. */
export const strictTextOf = (bytes: Uint8Array): string => strictDecoder.decode(bytes);
