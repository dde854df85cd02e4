import type { Message } from '@bufbuild/protobuf';

/**
 * A shallow copy of a message with some fields replaced. Unknown fields and the difference between an unset
 * field and one set to its default are kept; lists and sub-messages are shared with the original.
 */
export function copyMessage<T extends Message>(message: T, changes: Partial<T> = {}): T {
  const copy = Object.create(Object.getPrototypeOf(message) as object) as T;
  return Object.assign(copy, message, changes);
}
