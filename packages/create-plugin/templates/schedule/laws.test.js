import { scheduleLaws } from '@lowbit/conformance';
import { test } from 'node:test';
import pluginFactory from './index.js';

for (const law of scheduleLaws(pluginFactory())) test(law.title, law.run);
for (const law of scheduleLaws(pluginFactory({ rounds: 7 }))) test(`7 rounds: ${law.title}`, law.run);
