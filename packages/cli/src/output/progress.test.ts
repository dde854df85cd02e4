import { describe, expect, it } from 'vitest';

import { createProgress, sharesOf } from './progress.js';

function sink(isTTY: boolean): { text: string; write(text: string): void; isTTY: boolean; columns: number } {
  return {
    text: '',
    isTTY,
    columns: 40,
    write(text) {
      this.text += text;
    },
  };
}

describe('createProgress', () => {
  it('draws one line that fits, and clears it', () => {
    const output = sink(true);
    const progress = createProgress(output, true);
    progress.update({ phase: 'quantize', done: 3, total: 9, id: `layer\u001b[31m${'x'.repeat(100)}` });
    expect(output.text).toContain('quantizing 3/9  layer');
    expect(output.text.replace('\r\u001b[2K', '')).toHaveLength(39);
    expect(output.text).not.toContain('[31m\u001b');
    expect(output.text.split('\u001b')).toHaveLength(2);
    progress.end();
    expect(output.text.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('says how long the rest may take, where that is known', () => {
    const output = sink(true);
    createProgress(output, true).update({ phase: 'measure', done: 3, total: 9, secondsLeft: 41.2, id: 'w' });
    expect(output.text).toContain('measuring effects 3/9, 42 s left  w');
  });

  it('shows shares of one step in hundredths', () => {
    const output = sink(true);
    sharesOf('read', createProgress(output, true))(0.421);
    expect(output.text).toContain('reading 42/100');
  });

  it('is silent in a pipe and when it is not wanted', () => {
    for (const [output, wanted] of [
      [sink(false), true],
      [sink(true), false],
    ] as const) {
      const progress = createProgress(output, wanted);
      progress.update({ phase: 'quantize', done: 0, total: 1 });
      progress.end();
      expect(output.text).toBe('');
    }
  });
});
