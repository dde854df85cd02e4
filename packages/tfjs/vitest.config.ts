import { mergeConfig } from 'vitest/config';

import shared from '../../vitest.shared.js';

// TensorFlow.js keeps its kernels for the whole process, and a test wants to find none of WebAssembly: files share no process.
export default mergeConfig(shared, { test: { setupFiles: ['../keras/test/in-place.ts'], isolate: true } });
