import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps } from '@lowbit/core/method';
import { test } from 'node:test';
import pluginFactory from './index.js';

const plugin = pluginFactory();
for (const law of quantizerLaws(plugin, { equivariant: ['scale', 'sign'] })) test(law.title, law.run);
for (const law of forwardLaws(plugin, arrayOps, (tensor) => tensor)) test(law.title, law.run);
