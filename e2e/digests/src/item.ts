import { isLowbitError } from './doors.js';

/** One thing that lowbit writes. */
export interface Item {
  /** Unique in its group; a diff of the recorded file shows it. */
  readonly name: string;
  readonly content: unknown;
  /**
   * For ONNX files: the same without what carries no meaning, the names of added values and nodes and the order of independent nodes.
   */
  readonly canonical?: unknown;
}

/** Items that belong together, made one after the other. */
export interface Group {
  readonly name: string;
  items(): AsyncIterable<Item>;
}

/** What a call gives, or the codes of the error it throws: a refusal is recorded too, its words are free. */
export async function outcomeOf<T>(call: () => T | Promise<T>): Promise<T | { readonly refused: unknown }> {
  try {
    return await call();
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    return { refused: { code: error.code, problems: error.problems.map(({ code }) => code) } };
  }
}
