import { supervise } from './thread/supervise.js';

const status = await supervise(new URL('./worker.js', import.meta.url), process.argv.slice(2));
for (const output of [process.stdout, process.stderr])
  await new Promise((resolve) => output.write('', resolve));
// Node takes its handlers of signals away when it ends by itself, and npx may pass a Ctrl-C on until then. A stream that could not be
// written has set the status.
process.exit(process.exitCode || status);
