import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.js';

// Some files of tests start no workers, and take them from the whole process: those of workers share none with them.
export default mergeConfig(shared, { test: { isolate: true } });
