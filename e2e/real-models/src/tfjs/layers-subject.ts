import { load, save, tfjs } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Call, TfjsSubject } from './subject.js';

/** A layers model; the float one is loaded once by `make`. */
export function layersSubject(
  name: string,
  make: () => Promise<LayersModel>,
  calls: () => readonly Call[],
): TfjsSubject<LayersModel> {
  return {
    name,
    staysPacked: true,
    load: make,
    calls,
    port: (model) => tfjs(model),
    save: (model, folder) => save(model, fileSystem(folder)),
    open: async (folder, weights) => {
      const model = await load(fileSystem(folder), { weights });
      return {
        predict: (inputs) => model.predict(inputs) as Tensor,
        close: () => disposeAll(model),
      };
    },
    release: disposeAll,
  };
}

/** `model.dispose()` keeps the weights of nested models that are used more than once. */
function disposeAll(model: LayersModel): void {
  new Set(model.weights).forEach((weight) => weight.dispose());
}
