import type { Stats } from 'node:fs';
import { LowbitError, type ErrorCode } from '@lowbit/core';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'a read-only file system',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'a name that is too long',
  ELOOP: 'a loop of symbolic links',
  EISDIR: 'a folder',
  ENOTDIR: 'a path through something that is not a folder',
};

/** What to do where the reason tells more than what was done. */
const remediesOfReasons: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'Choose a shorter name.',
  ENOSPC: 'Free some space, or choose a folder on another device.',
  EDQUOT: 'Free some space, or choose a folder on another device.',
  EMFILE: 'Close other programs, or allow more open files: ulimit -n.',
};

type FileErrorCode = Extract<ErrorCode, 'file-missing' | 'file-unreadable' | 'file-unwritable'>;

const remedies: Readonly<Record<FileErrorCode, string>> = {
  'file-missing': 'Check the path; it starts from the folder that the command runs in.',
  'file-unreadable': 'Give the path of a regular file that you may read.',
  'file-unwritable': 'Choose a folder that exists and that you may write to.',
};

/** Turns an error of the file system into a typed one. */
export function fileError(error: unknown, path: string, action: 'read' | 'write'): LowbitError {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return new LowbitError({ code: 'aborted', where: path }, { cause: error });
  const kind = codeOf(code, action);
  const received = kind === 'file-missing' ? {} : { received: reasons[code ?? ''] ?? code ?? message };
  const remedy = remediesOfReasons[code ?? ''] ?? remedies[kind];
  return new LowbitError({ code: kind, where: path, ...received, remedy }, { cause: error });
}

function codeOf(code: string | undefined, action: 'read' | 'write'): FileErrorCode {
  if (action === 'write') return 'file-unwritable';
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'file-missing' : 'file-unreadable';
}

/** @throws LowbitError `file-unreadable` for anything but a regular file: reading a pipe would wait for whoever writes it. */
export function checkRegular(found: Stats, where: string): void {
  if (found.isFile()) return;
  const received = found.isDirectory() ? 'a folder' : 'a device, pipe or socket';
  const remedy = remedies['file-unreadable'];
  throw new LowbitError({ code: 'file-unreadable', where, expected: 'a regular file', received, remedy });
}
