/** What the Python script does, by lowbit: KIND SOURCE RESULT [CALIBRATION.npz …]. Its whole process is timed. */
import { open, writeFile } from 'node:fs/promises';
import type { PeerKind } from './kinds.js';

const [kind, source, result, ...batches] = process.argv.slice(2) as [PeerKind, string, string, ...string[]];
const file = await open(source);
const bytes = new Uint8Array((await file.stat()).size);
// One request, which is served while the modules are loaded.
const reading = file.read(bytes);
const { quantizeJob } = await import('./quantize-job.js');
await reading;
await writeFile(result, await quantizeJob(kind, bytes, batches));
// The runtime's WebAssembly memory need not be taken down piece by piece.
process.exit(0);
