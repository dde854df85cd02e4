import { test } from 'vitest';
import { checkedFiles } from './helpers/checked-files.js';
import { expectVerdicts } from './helpers/expect-verdicts.js';

test('what is written passes the checks of the standard, as the originals do', () =>
  expectVerdicts(checkedFiles(), new URL('../fixtures/verdicts.json', import.meta.url)));
