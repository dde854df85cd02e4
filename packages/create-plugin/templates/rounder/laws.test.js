import { rounderLaws } from '@lowbit/conformance';
import { test } from 'node:test';
import pluginFactory from './index.js';

for (const law of rounderLaws(pluginFactory())) test(law.title, law.run);
