import { channel } from 'node:diagnostics_channel';

const unfinished = channel('lowbit:unfinished');

/**
 * Tells, before it is made, of a file or a folder that must not be left when the work ends half way. Who writes takes it away, as
 * long as it runs; whoever ends its thread has to do it in its place.
 */
export function announceUnfinished(path: string): void {
  unfinished.publish(path);
}

/** Has a function called with the path of all such files and folders of this thread. */
export function onUnfinished(told: (path: string) => void): void {
  unfinished.subscribe((path) => told(path as string));
}
