import { rounderLaws } from '@lowbit/conformance';
import { describe, test } from 'vitest';
import { auto, coordinateDescent, gptq, learned, optimal } from './index.js';

describe.each([
  gptq(),
  gptq({ actOrder: false, damping: 0 }),
  coordinateDescent(),
  coordinateDescent({ from: 'nearest' }),
  optimal(),
  learned({ iterations: 30 }),
  auto(),
])('$name $configured', (rounder) => {
  for (const law of rounderLaws(rounder)) test(law.title, law.run);
});
