// The settings of a package's tests, with small test files before large ones, which are slow: one failure is enough.
import { statSync } from 'node:fs';
import { loadConfigFromFile } from 'vite';
import { mergeConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

class SmallFirst extends BaseSequencer {
  async sort(files) {
    const size = ({ moduleId }) => statSync(moduleId).size;
    return [...files].sort((one, other) => size(one) - size(other));
  }
}

const own = await loadConfigFromFile({ command: 'serve', mode: 'test' }, 'vitest.config.ts');

export default mergeConfig(own.config, { test: { sequence: { sequencer: SmallFirst } } });
