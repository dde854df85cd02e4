/** The text of src/kernels/binary.ts. */
export function compile(): Promise<string>;
