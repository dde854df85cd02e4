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

/** Turns an error of the file system into a typed one. */
export function fileError(error: unknown, path: string, action: 'read' | 'write'): LowbitError {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return new LowbitError({ code: 'aborted', where: path }, { cause: error });
  const kind = codeOf(code, action);
  const received = kind === 'file-missing' ? {} : { received: reasons[code ?? ''] ?? code ?? message };
  return new LowbitError({ code: kind, where: path, ...received }, { cause: error });
}

function codeOf(code: string | undefined, action: 'read' | 'write'): ErrorCode {
  if (action === 'write') return 'file-unwritable';
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'file-missing' : 'file-unreadable';
}
