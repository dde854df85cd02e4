// What every host of this package has, though the ECMAScript library does not name it.
declare function atob(text: string): string;
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/**
 * What a WebAssembly module exports.
 *
 * @param binary The module in base64.
 * @returns `undefined` where the host has no WebAssembly SIMD or its policy forbids to compile.
 */
export function instantiate(binary: string): object | undefined {
  try {
    const text = atob(binary);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  } catch {
    return undefined;
  }
}
