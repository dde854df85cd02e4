import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantize } from '@lowbit/core';
import { useWasm } from '@lowbit/e2e-real-models';
import { registry } from '@lowbit/methods';
import { save, tfjs } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import type { Setting, Subject } from './subjects.js';

/** Folders with the same model: its floats as TensorFlow.js saves them, and packed by lowbit. */
export interface SavedFolders {
  readonly plain: string;
  readonly packed: string;
  remove(): Promise<void>;
}

/** Saves a model as floats and with weights as the setting has them. */
export async function savedFolders(subject: Subject, setting: Setting): Promise<SavedFolders> {
  await useWasm();
  const root = await mkdtemp(join(tmpdir(), 'lowbit-loading-'));
  const [plain, packed] = [join(root, 'plain'), join(root, 'packed')];
  const float = await subject.make();
  await float.save(fileSystem(plain));
  const { model } = await quantize(tfjs(float), { registry, ...setting });
  await save(model, fileSystem(packed));
  model.dispose();
  float.dispose();
  return { plain, packed, remove: () => rm(root, { recursive: true }) };
}
