import { scheduleLaws } from '@lowbit/conformance';
import { test } from 'node:test';
import nearestFirstSchedule from './index.js';

for (const law of scheduleLaws(nearestFirstSchedule())) test(law.title, law.run);
for (const law of scheduleLaws(nearestFirstSchedule({ rounds: 7 }))) test(`7 rounds: ${law.title}`, law.run);
