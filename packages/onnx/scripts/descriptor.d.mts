/** The text of src/schema/descriptor.json. */
export function descriptor(): string;
