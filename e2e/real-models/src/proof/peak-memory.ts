import { readFileSync } from 'node:fs';

/**
 * The most memory that this process had at once, in bytes. What the system tells by `getrusage` begins with the memory of the process that
 * started this one; Linux knows the own peak too.
 */
export function peakMemory(): number {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (peak !== undefined) return 1024 * Number(peak);
  } catch {
    // Other systems have no such file.
  }
  return 1024 * process.resourceUsage().maxRSS;
}
