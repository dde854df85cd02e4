import { policyLaws } from '@lowbit/conformance';
import { test } from 'node:test';
import bySizePolicy from './index.js';

for (const law of policyLaws(bySizePolicy())) test(law.title, law.run);
for (const law of policyLaws(bySizePolicy({ limit: 200, large: 2 })))
  test(`limit 200: ${law.title}`, law.run);
