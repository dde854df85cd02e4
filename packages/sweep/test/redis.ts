import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env['REDIS_SERVER_PATH'] ?? '/usr/bin/redis-server';

/** Whether there is none to test with. Where everything has to be tested, its absence is a failure. */
export const withoutRedis = !existsSync(program) && process.env['CI'] !== 'true';

export interface Redis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Redis on a loopback port of its own, which keeps nothing. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'lowbit-redis-'));
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  const server = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await lineOf(server, 'Ready to accept connections');
  return { url: `redis://127.0.0.1:${port}`, stop: () => ended(server, 'SIGKILL') };
}

/** Waits until a process says something. */
export function lineOf(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes(words)) resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

/** Ends a process and waits for its end. */
export async function ended(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await end;
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
