import { expect, it } from 'vitest';
import { stopIfAborted } from './stop-if-aborted.js';

it('ends what was cancelled, with the reason, and nothing else', () => {
  const stop = new AbortController();
  stopIfAborted(undefined, 'work');
  stopIfAborted(stop.signal, 'work');
  stop.abort('enough');
  expect(() => stopIfAborted(stop.signal, 'work', { received: 'an abort' })).toThrow(
    expect.objectContaining({ code: 'aborted', where: 'work', received: 'an abort', cause: 'enough' }),
  );
});
