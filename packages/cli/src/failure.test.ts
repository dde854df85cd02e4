import { LowbitError } from '@lowbit/core';
import { expect, it } from 'vitest';

import { reportFailure } from './failure.js';

function capture(error: unknown, json: boolean): { status: number; stdout: string; stderr: string } {
  const written = { stdout: '', stderr: '' };
  const io = {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text) },
    signal: new AbortController().signal,
  };
  return { status: reportFailure(error, io, json), ...written };
}

it('words every problem, with its remedy as a hint', () => {
  const error = new LowbitError([
    { code: 'file-missing', where: 'a', remedy: 'Look again.' },
    { code: 'file-missing', where: 'b\u001b[2J' },
  ]);
  const { status, stdout, stderr } = capture(error, false);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('error: a: the file does not exist [file-missing]\nhint:  Look again.\n');
  expect(stderr).toContain('b\ufffd[2J');
});

it('gives 130 for cancelled work', () => {
  expect(capture(new LowbitError({ code: 'aborted', where: 'quantize' }), false).status).toBe(130);
});

it('words a defect shortly, and asks for a report', () => {
  const { status, stderr } = capture(new TypeError('x is not a function'), false);
  expect(status).toBe(1);
  expect(stderr).toContain('x is not a function');
  expect(stderr).toContain('report');
  expect(stderr).not.toContain('at ');
  expect(JSON.parse(capture(new TypeError('x'), true).stdout)).toMatchObject({
    error: { code: 'unexpected' },
  });
});
