import { peakMemory } from '@lowbit/e2e-real-models/proof';

// Loaded in front of a program: tells at its end, on standard error, how much memory it had at most.
process.on('exit', () => process.stderr.write(`peak ${peakMemory()}\n`));
