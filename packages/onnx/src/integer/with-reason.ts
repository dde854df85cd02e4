import type { StorageNote } from '@lowbit/core';

/** The note with one more reason behind its own. */
export function withReason(note: StorageNote, reason: string | undefined): StorageNote {
  return reason === undefined ? note : { ...note, reason: `${note.reason}; ${reason}` };
}
