import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { folderWith } from './keras-folder.js';
import { run } from './support.js';

function bytes(text: string, ...head: readonly number[]): Uint8Array {
  return Uint8Array.from([...head, ...new TextEncoder().encode(text)]);
}

/** Files by name: what they hold, what an error calls them, and what its remedy says. */
const strange: readonly (readonly [string, Uint8Array, string, string])[] = [
  ['m.tflite', bytes('TFL3 and more', 28, 0, 0, 0), 'TensorFlow Lite', ''],
  ['frozen.pb', bytes('input\x12\x0bPlaceholder', 10, 16, 10, 5), 'graph of TensorFlow', 'tf2onnx'],
  ['m.pkl', bytes('sklearn', 0x80, 4, 0x95), 'pickle', ''],
  ['pickled.h5', bytes('sklearn', 0x80, 4, 0x95), 'a pickled file of Python', 'model.save("model.keras")'],
  ['ir.h5', bytes('<?xml version="1.0"?>\n<net name="n">'), 'OpenVINO', ''],
  ['m.safetensors', bytes('{"a":{}}   ', 11, 0, 0, 0, 0, 0, 0, 0), 'safetensors', ''],
  ['none.keras', bytes('and so on'.repeat(20), 0x50, 0x4b, 3, 4), 'a damaged end', 'copy it again'],
  ['text.keras', bytes('hello'), 'bytes of no kind that is known', 'model.save("model.keras")'],
  ['empty.keras', bytes(''), '0 bytes', 'repeat it'],
  ['empty.hdf5', bytes(''), '0 bytes', 'repeat it'],
];

describe('a file that is no model of Keras is told what it is, by every command', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await folderWith('keras3', 'dense');
    for (const [name, content] of strange) await writeFile(join(folder, name), content);
    await mkdir(join(folder, 'inside'));
    await copyFile(join(folder, 'model.keras'), join(folder, 'inside', 'net.keras'));
    await mkdir(join(folder, 'saved'));
    await writeFile(join(folder, 'saved', 'saved_model.pb'), Uint8Array.of(8, 1, 18, 0));
  });

  it.each<readonly [string, string, string]>([
    ...strange.map(([name, , received, remedy]) => [name, received, remedy] as const),
    ['saved', 'a SavedModel of TensorFlow', 'model.save("model.keras")'],
    ['inside', 'a folder of other files', join('inside', 'net.keras')],
    ['model.weights.h5', 'weights without a topology', 'WEIGHTS --topology FILE'],
  ])('%s', async (name, received, remedy) => {
    const file = join(folder, name);
    for (const argv of [
      ['import', file, '-o', join(folder, 'out')],
      // Of a folder the models in it are quantized.
      ...(name === 'inside' ? [] : [['quantize', file, '-o', join(folder, 'out')]]),
      ['inspect', file],
      ['compare', file, join(folder, 'model.keras')],
    ]) {
      const { status, stderr, stdout } = await run(...argv);
      expect({ status, stdout }, argv[0]).toEqual({ status: 1, stdout: '' });
      expect(stderr, argv[0]).toContain(received);
      expect(stderr, argv[0]).toContain(remedy);
      // What a program would give is of no use here.
      expect(stderr, argv[0]).not.toContain('{');
    }
  });

  it('a topology alone can be inspected, and asks for its weights', async () => {
    const file = join(folder, 'model.json');
    const { status, stdout } = await run('inspect', file);
    expect(status).toBe(0);
    expect(stdout).toContain(`Next:    lowbit quantize WEIGHTS --topology ${file}`);
    for (const command of ['import', 'quantize']) {
      const { stderr } = await run(command, file, '-o', join(folder, 'out'));
      expect(stderr).toContain('WEIGHTS --topology FILE');
    }
  });

  it.each([
    ['model.keras', 'model.json', 'it holds both'],
    ['model.json', 'model.json', 'WEIGHTS --topology FILE'],
    ['model.weights.h5', 'model.h5', 'model.to_json()'],
    ['model.weights.h5', 'text.keras', 'model.save("model.keras")'],
    ['model.weights.h5', 'nowhere.json', 'Check the path'],
  ])('%s with %s for its topology', async (file, topology, remedy) => {
    for (const command of ['inspect', 'import', 'quantize']) {
      const { status, stderr } = await run(command, join(folder, file), '--topology', join(folder, topology));
      expect(status, command).toBe(1);
      expect(stderr, command).toContain(remedy);
    }
  });

  it('an import of what is of TensorFlow.js says that none is needed, and of other JSON what it is', async () => {
    const out = join(folder, 'tfjs');
    expect((await run('import', join(folder, 'model.keras'), '-o', out)).status).toBe(0);
    expect((await run('import', out, '-o', join(folder, 'out'))).stderr).toContain('needs no import');
    const json = await run('import', join(out, 'model.json'), '-o', join(folder, 'out'));
    expect(json.stderr).toContain('received a model of TensorFlow.js');
    await writeFile(join(dirname(out), 'other.json'), '{"hello":1}');
    expect((await run('import', join(folder, 'other.json'))).stderr).toContain('that is no topology');
  });
});
