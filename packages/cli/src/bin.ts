import { main } from './main.js';

const controller = new AbortController();
// Not `once`: npx passes a Ctrl-C on that the terminal has sent already, and the second must not kill.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort());

/** A reader that closes early (`lowbit inspect … | head`) is not a failure; anything else is. */
function onStreamError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exitCode = 1;
}
process.stdout.on('error', onStreamError);
process.stderr.on('error', onStreamError);

const status = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
});
process.exitCode ||= status;
