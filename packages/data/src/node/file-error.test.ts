import { expect, it } from 'vitest';

import { fileError } from './file-error.js';

it.each([
  ['ENOSPC', 'write', 'no space left', 'Free some space'],
  ['EDQUOT', 'write', 'quota', 'Free some space'],
  ['EMFILE', 'read', 'too many open files', 'ulimit'],
  ['EACCES', 'write', 'permission denied', 'that you may write to'],
  ['ENAMETOOLONG', 'write', 'too long', 'shorter'],
] as const)('%s tells what to do about it', (code, action, received, remedy) => {
  const error = fileError(Object.assign(new Error(code), { code }), 'out.onnx', action);
  expect(error).toMatchObject({
    where: 'out.onnx',
    code: action === 'write' ? 'file-unwritable' : 'file-unreadable',
  });
  expect(error.received).toContain(received);
  expect(error.remedy).toContain(remedy);
});
