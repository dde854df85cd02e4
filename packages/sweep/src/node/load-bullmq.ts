import type * as bullmq from 'bullmq';
import { LowbitError } from '@lowbit/core';

/** Loads BullMQ, which only queues need and which is installed on request. @throws LowbitError `runtime-missing`, `invalid-argument`. */
export async function loadBullmq(
  load: () => Promise<typeof bullmq> = async () => {
    // It asks for a connection by it later, and says then that no Redis can be reached.
    await import('ioredis');
    return import('bullmq');
  },
): Promise<typeof bullmq> {
  try {
    return await load();
  } catch (cause) {
    throw new LowbitError(
      {
        code: 'runtime-missing',
        where: 'queue',
        expected: 'the packages bullmq, 5 or newer, and ioredis, to share work by Redis',
        received: cause instanceof Error ? cause.message : 'none',
        remedy: 'Install them where lowbit is: npm install bullmq ioredis',
      },
      { cause },
    );
  }
}

/** How Redis is reached. */
export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
}

/** Takes `redis://user:password@host:port/number`, or `rediss:` for TLS, apart. @throws LowbitError `invalid-argument`. */
export function redisPlace(url: string): RedisPlace {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const db = Number(parsed?.pathname.replace(/^\//, '') || 0);
  const isRedis = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:';
  if (parsed === undefined || !isRedis || !Number.isInteger(db) || parsed.hostname === '')
    throw new LowbitError({
      code: 'invalid-argument',
      where: 'queue',
      expected: 'the address of a Redis, for instance redis://127.0.0.1:6379',
      received: JSON.stringify(url),
    });
  const { hostname, port, username, password, protocol } = parsed;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    db,
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
