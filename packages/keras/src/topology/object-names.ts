import type { RawLayer } from './raw-layer.js';

/** The name of a class in the paths of Keras: `Conv2DTranspose` becomes `conv2d_transpose`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/**
 * The names of layers within one container of a Keras 3 file: the class, counted. The names of the layers play no part, since Keras makes
 * them up anew in each process.
 *
 * @param isSkipped Whether a layer was met before and is not counted again (Keras 2.13 to 2.15).
 */
export function objectNames(
  layers: readonly RawLayer[],
  isSkipped: (layer: RawLayer) => boolean,
): readonly string[] {
  const used = new Map<string, number>();
  return layers.map((layer) => {
    const name = snakeCase(pythonClass(layer.className));
    if (isSkipped(layer)) return name;
    const count = used.get(name);
    used.set(name, (count ?? 0) + 1);
    return count === undefined ? name : `${name}_${count}`;
  });
}

/** `Model` was another name of `Functional` when models were written with it. */
function pythonClass(className: string): string {
  return className === 'Model' ? 'Functional' : className;
}
