import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantize } from '@lowbit/core';
import { inceptionArtifacts, useWasm } from '@lowbit/e2e-real-models';
import { registry } from '@lowbit/methods';
import { save, tfjs } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

/** Folders with the same model: its floats as TensorFlow.js saves them, and packed by lowbit. */
export interface SavedFolders {
  readonly plain: string;
  readonly packed: string;
  remove(): Promise<void>;
}

/** Saves Inception v3 as floats and with weights of `bits` bits per channel. */
export async function savedFolders(bits: number): Promise<SavedFolders> {
  await useWasm();
  const root = await mkdtemp(join(tmpdir(), 'lowbit-loading-'));
  const [plain, packed] = [join(root, 'plain'), join(root, 'packed')];
  const float = await loadLayersModel({ load: inceptionArtifacts });
  await float.save(fileSystem(plain));
  const { model } = await quantize(tfjs(float), { registry, bits });
  await save(model, fileSystem(packed));
  model.dispose();
  float.dispose();
  return { plain, packed, remove: () => rm(root, { recursive: true }) };
}
