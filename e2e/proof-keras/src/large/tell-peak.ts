import { peakMemory } from '../process/peak-memory.js';

// Loaded in front of a program: tells at its end, on standard error, how much memory it had at most.
process.on('exit', () => process.stderr.write(`peak ${peakMemory()}\n`));
