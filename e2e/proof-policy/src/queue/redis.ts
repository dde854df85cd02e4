import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { ended } from '../command.js';

/** A Redis that keeps nothing, on a loopback port of its own. */
export async function startRedis(program: string) {
  const port = await freePort();
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await untilSaid(server).until('Ready to accept connections');
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGKILL');
      await ended(server);
    },
  };
}

/** What a process says line by line, to be waited for. */
export function untilSaid(child: ChildProcess) {
  let text = '';
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (part: Buffer) => {
    text += part.toString();
    for (const look of waiting) look();
  });
  const lines = () => text.split('\n').filter((line) => line !== '');
  return {
    lines,
    /** Until words have stood in so many lines. */
    until: (words: string, times = 1) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (lines().filter((line) => line.includes(words)).length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        child.once('exit', (status) => reject(new Error(`ended with ${status}: ${text}`)));
        look();
      }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
