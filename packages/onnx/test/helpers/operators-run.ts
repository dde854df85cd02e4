import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly args?: { readonly op_name?: string };
}

const child = fileURLToPath(new URL('profile-child.mjs', import.meta.url));

/**
 * The operators that onnxruntime-web really runs for a model after its own fusions, by its session profile. A process of
 * its own, since the runtime prints the profile.
 */
export function operatorsRun(
  bytes: Uint8Array,
  shapes: Readonly<Record<string, readonly number[]>>,
  options: object = {},
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lowbit-profile-'));
  try {
    const file = join(folder, 'model.onnx');
    writeFileSync(file, bytes);
    const printed = execFileSync(
      process.execPath,
      [child, file, JSON.stringify(shapes), JSON.stringify(options)],
      {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const events = JSON.parse(
      printed.slice(printed.indexOf('['), printed.lastIndexOf(']') + 1),
    ) as ProfileEvent[];
    const nodes = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('kernel_time'));
    return nodes.map(({ args }) => args?.op_name ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
