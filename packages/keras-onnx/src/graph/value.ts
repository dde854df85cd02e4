import type { Shape } from '@lowbit/keras';
import type { ElementType } from '@lowbit/onnx/build';

/** In which order the axes of a value stand: as Keras has them, channels last, or as ONNX has those of pictures, channels first. */
export type Layout = 'last' | 'first';

/** What is known of a value before anything is written. */
export interface Known {
  /** Sizes of the axes in the order of Keras, the batch first; undefined where not even their number is known. */
  readonly shape: Shape | undefined;
  /** Whether a mask says which of its steps count, for the call that it is given to. */
  readonly masked: boolean;
  /** The axes are not known since those of what a refused layer gives are not. */
  readonly isBehindRefused?: boolean;
}

/** A value of the graph, in one layout or both. */
export interface Value extends Known {
  readonly shape: Shape;
  readonly type: ElementType;
  /** Names in the graph, by layout; of at most two axes both layouts are one, which is called `last`. */
  readonly names: Partial<Record<Layout, string>>;
  /** Name of the steps that count, of type bool, `[batch, steps]`. */
  readonly mask?: string;
}

/** The order in which the axes of the one layout stand in the other. */
export function axesFrom(layout: Layout, rank: number): readonly number[] {
  const between = Array.from({ length: rank - 2 }, (_, i) => i);
  return layout === 'last'
    ? [0, rank - 1, ...between.map((i) => i + 1)]
    : [0, ...between.map((i) => i + 2), 1];
}

/** Where an axis of Keras stands in a layout. @param axis Also counted from the end. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  if (layout === 'last' || rank <= 2) return own;
  return axesFrom('last', rank).indexOf(own);
}

/** The layout in which a value stands already: channels first where it stands in both, since convolutions want that. */
export const layoutOf = ({ names }: Value): Layout => (names.first === undefined ? 'last' : 'first');
