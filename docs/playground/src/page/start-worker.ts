import type { FromWorker } from '../shared/messages.js';
import url from '../worker/worker.ts?worker&url';

/**
 * Starts the worker through a `blob:` script, which the page's Content-Security-Policy holds for too; a worker that is loaded
 * from its own address would have none.
 */
export function startWorker(
  onMessage: (message: FromWorker) => void,
  onError: (text: string) => void,
): Worker {
  const address = new URL(url, location.href).href;
  const script = new Blob([`import ${JSON.stringify(address)};`], { type: 'text/javascript' });
  const worker = new Worker(URL.createObjectURL(script), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => onMessage(data));
  worker.addEventListener('error', ({ message = 'it could not be loaded' }) => onError(message));
  return worker;
}
