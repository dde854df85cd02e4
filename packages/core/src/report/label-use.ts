import { checkHas, checkList } from '../errors/check-kinds.js';
import type { LabelValues, RunOutputs } from '../contract/model-run.js';

/** How labels judge an output: by the class with the highest score, by equal numbers, or by how far values are from them. */
export type LabelUse =
  | { readonly by: 'classes'; readonly size: ClassRows; readonly labels: ArrayLike<number> }
  | { readonly by: 'equal' | 'distance'; readonly labels: ArrayLike<number> };

/** How an output is cut into rows of scores, as `topClasses` takes it. */
interface ClassRows {
  readonly rows: number;
  readonly classes: number;
  readonly after: number;
}

/**
 * What labels of this shape are to an output: classes where they lack its last axis, or the second one of images with channels first, or
 * are rows with 1 at the class; else values of the output's shape. Axes of one place do not count. Whether labels are such classes is not
 * looked at.
 *
 * @param output Its type, the shape that the model declares (a single axis is of classes only where its size is fixed), and the shape
 *   that it has.
 * @returns `undefined` where they fit in no way.
 * @throws LowbitError `invalid-argument`.
 */
export function labelUse(
  output: {
    readonly type: string;
    readonly declared: readonly unknown[] | null;
    readonly shape: readonly number[];
  },
  labels: LabelValues,
): LabelUse | undefined {
  checkHas(output, ['type', 'shape'], 'labelUse(output, labels)', 'an output, { type, declared, shape }');
  checkHas(labels, ['shape', 'data'], 'labelUse(output, labels)', 'labels, { shape, data }');
  const { type, shape } = output;
  checkList(shape, 'labelUse: shape');
  const { data } = labels;
  const size = type.startsWith('float') ? classRows(output, labels.shape) : undefined;
  if (size !== undefined) return { by: 'classes', size, labels: data };
  if (!isSame(labels.shape, shape)) return undefined;
  const classes = shape.at(-1) ?? 1;
  if (!type.startsWith('float')) return { by: 'equal', labels: data };
  if (classes > 1 && shape.length > 1 && isOneHot(data, classes)) {
    const rows = data.length / classes;
    return { by: 'classes', size: { rows, classes, after: 1 }, labels: placesOfOne(data, classes) };
  }
  return { by: 'distance', labels: data };
}

/** The outputs of a run of which labels are classes. */
export function classOutputs(outputs: RunOutputs, labels: LabelValues): readonly string[] {
  return Object.entries(outputs).flatMap(([name, { shape, isInteger }]) => {
    const use = isInteger === true ? undefined : labelUse({ type: 'float32', declared: null, shape }, labels);
    return use?.by === 'classes' && Array.from(use.labels).every(isClassOf(use.size.classes)) ? [name] : [];
  });
}

/** Whether a label names one of so many classes. */
export const isClassOf = (classes: number) => (label: number) =>
  Number.isInteger(label) && label >= 0 && label < classes;

const isSame = (a: readonly number[], b: readonly number[]) => withoutOnes(a) === withoutOnes(b);

const withoutOnes = (shape: readonly number[]) => shape.filter((size) => size !== 1).join();

function classRows(
  { shape, declared }: Parameters<typeof labelUse>[0],
  labels: readonly number[],
): ClassRows | undefined {
  const isFixed = shape.length > 1 || typeof declared?.[0] === 'number';
  const axis = [shape.length - 1, 1].find(
    (at) => isFixed && (shape[at] ?? 1) > 1 && isSame(labels, shape.toSpliced(at, 1)),
  );
  if (axis === undefined) return undefined;
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)].map((sizes) =>
    sizes.reduce((product, size) => product * size, 1),
  ) as [number, number];
  return { rows: before * after, classes: shape[axis] as number, after };
}

function isOneHot(data: ArrayLike<number>, classes: number): boolean {
  const ones = placesOfOne(data, classes);
  const isAlone = (value: number, i: number) =>
    value === (ones[Math.floor(i / classes)] === i % classes ? 1 : 0);
  return ones.length > 0 && !ones.includes(-1) && Array.from(data).every(isAlone);
}

/** The first 1 of each row; −1 where there is none. */
function placesOfOne(data: ArrayLike<number>, classes: number): readonly number[] {
  const values = Array.from(data);
  return Array.from({ length: values.length / classes }, (_, row) =>
    values.slice(row * classes, (row + 1) * classes).indexOf(1),
  );
}
