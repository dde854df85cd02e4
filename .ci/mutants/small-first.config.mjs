// The settings of every package's tests, with small test files before large ones, which are slow: one failure is enough.
import { statSync } from 'node:fs';
import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import shared from '../../vitest.shared.js';

class SmallFirst extends BaseSequencer {
  async sort(files) {
    const size = ({ moduleId }) => statSync(moduleId).size;
    return [...files].sort((one, other) => size(one) - size(other));
  }
}

export default mergeConfig(shared, defineConfig({ test: { sequence: { sequencer: SmallFirst } } }));
