import type { CancelSignal } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import type { DataFile } from '../bytes/data-file.js';
import { limits } from '../limits.js';
import { invalid, reading } from '../problems.js';

/** A line of text, counted from 1. */
export interface Line {
  readonly text: string;
  readonly where: string;
}

const pieceBytes = 64 * 1024;
const newLine = 0x0a;

/**
 * The lines of a file in UTF-8 that are not blank, one at a time in memory.
 *
 * @throws LowbitError `calibration-invalid` for a line that is too long or not UTF-8, or `aborted`.
 */
export async function* linesOf(file: DataFile, signal?: CancelSignal): AsyncGenerator<Line> {
  const opened = await file.open();
  let number = 0;
  let pending: Uint8Array[] = [];
  const finishLine = (): Line => {
    const where = `${file.where}: line ${++number}`;
    const line = { where, text: decode(pending, where) };
    pending = [];
    return line;
  };
  try {
    for (let at = 0; at < opened.size; at += pieceBytes) {
      stopIfAborted(signal, reading);
      const piece = await opened.read(at, Math.min(pieceBytes, opened.size - at));
      let start = 0;
      for (let end = piece.indexOf(newLine); end >= 0; end = piece.indexOf(newLine, start)) {
        pending.push(piece.subarray(start, end));
        start = end + 1;
        const line = finishLine();
        if (line.text !== '') yield line;
      }
      pending.push(piece.subarray(start));
      checkLength(pending, `${file.where}: line ${number + 1}`);
    }
    const last = finishLine();
    if (last.text !== '') yield last;
  } finally {
    await opened.close();
  }
}

function checkLength(pending: readonly Uint8Array[], where: string): void {
  const length = pending.reduce((sum, { length: bytes }) => sum + bytes, 0);
  if (length <= limits.line) return;
  throw invalid(where, {
    expected: `at most ${limits.line} bytes`,
    received: 'more',
    remedy: 'Put one sample on a line, or give .npy files.',
  });
}

function decode(pieces: readonly Uint8Array[], where: string): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    const texts = pieces.map((piece) => decoder.decode(piece, { stream: true }));
    return `${texts.join('')}${decoder.decode()}`.trim();
  } catch (error) {
    throw invalid(where, { expected: 'text in UTF-8', received: 'other bytes' }, error);
  }
}
