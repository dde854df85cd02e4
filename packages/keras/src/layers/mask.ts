import type { ClassTable, LayerClass } from './layer-class.js';

/** A layer of lowbit's own: which steps count, of what tensors hold or of other masks. */
const mask: LayerClass = {
  output: (settings, inputs) => {
    const [first] = inputs;
    if (first === undefined) return undefined;
    const kind = settings.text('kind');
    if (kind === 'every' || settings.flag('over_last', false)) return first.slice(0, -1);
    if (kind !== 'join') return first;
    const lengths = inputs.map((input) => input?.[1] ?? null);
    const length = lengths.reduce((all, each) => (all === null || each === null ? null : all + each), 0);
    return [first[0]!, length, ...first.slice(2)];
  },
};

export const maskClasses: ClassTable = { Mask: mask };
