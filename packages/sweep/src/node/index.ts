/** What needs Node: results as files, threads, and queues on BullMQ. */
export { folderStore } from './folder-store.js';
export { hashFiles } from './hash-files.js';
export { queueRunner, type QueueOptions } from './queue-runner.js';
export { serveQueue, type ServeOptions } from './serve-queue.js';
export { threadRunner, type ThreadOptions } from './thread-runner.js';
