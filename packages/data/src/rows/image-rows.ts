import { elementsOf } from '../elements.js';
import type { FileReference } from '../files/file-reference.js';
import { decodeImage } from '../image/decode-image.js';
import { prepareImage } from '../image/prepare.js';
import type { ImagePreparation } from '../image/preparation.js';
import { invalidArgument } from '../invalid.js';
import { limits } from '../limits.js';
import type { RowData } from './row-reader.js';

/** Pictures as samples of one input, decoded one after the other. */
export function imageRows(preparation: ImagePreparation, files: readonly FileReference[]): RowData {
  const { input, layout, channels, height, width } = preparation;
  const shape = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const size = channels * height * width;
  const take = async (next: number, units: number) => {
    checkBatchSize(units * size * 4);
    const data = elementsOf(input).allocate(units * size);
    for (let i = 0; i < units; i++) {
      prepareImage(await decodeImage(files[next + i] as FileReference), preparation, data, i);
    }
    return { shape: [units, ...shape], data };
  };
  const open = () => {
    let next = 0;
    return {
      input,
      unit: 'row' as const,
      count: files.length,
      async take(units: number) {
        next += units;
        return take(next - units, units);
      },
      async close() {
        // Each file is closed when it is read.
      },
    };
  };
  return { input, unit: 'row', count: files.length, names: files.map(({ name }) => name), open };
}

function checkBatchSize(bytes: number): void {
  if (bytes <= limits.batch) return;
  throw invalidArgument('pictures', {
    expected: `at most ${limits.batch} bytes for one batch`,
    received: `${bytes}`,
    remedy: 'Use smaller batches or smaller pictures.',
  });
}
