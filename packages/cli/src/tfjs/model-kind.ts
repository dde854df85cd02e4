import type { ModelJson } from '@lowbit/keras';

export type TfjsKind = 'layers-model' | 'graph-model';

/** Whether the model is made of layers or of single operations, by its topology: `format` may be missing. */
export function modelKind({ modelTopology, format }: ModelJson): TfjsKind {
  return Array.isArray(modelTopology['node']) || format === 'graph-model' ? 'graph-model' : 'layers-model';
}
