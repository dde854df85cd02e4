import { describe, expect, it, vi } from 'vitest';

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

/** What is told of events that come so many seconds after the start. */
function textAt(
  output: ReturnType<typeof sink>,
  wanted: boolean,
  phase: 'measure' | 'quantize',
  seconds: readonly number[],
): string {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const progress = createProgress(output, wanted);
  for (const second of seconds) {
    clock.mockReturnValue(1000 * second);
    progress.update({ phase, done: second, total: 99, secondsLeft: 6.2, id: 'w' });
  }
  progress.end();
  clock.mockRestore();
  return output.text;
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

  it('is silent when it is not wanted', () => {
    for (const isTTY of [true, false]) expect(textAt(sink(isTTY), false, 'measure', [0, 100])).toBe('');
  });

  it.each([
    ['measure', [1, 2, 3, 11.9, 12, 13, 21, 22], [2, 12, 22]],
    ['measure', [40, 45, 51], [40, 51]],
    ['quantize', [3, 12, 29, 30, 41], [30, 41]],
    ['quantize', [0, 1], []],
  ] as const)('in a pipe tells of %s after %j seconds at %j', (phase, times, told) => {
    const lines = told.map(
      (second) => `${phase === 'measure' ? 'measuring effects' : 'quantizing'} ${second}/99, 7 s left  w\n`,
    );
    expect(textAt(sink(false), true, phase, times)).toBe(lines.join(''));
  });
});
