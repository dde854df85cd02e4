import { elementsOf } from '../input/elements.js';
import type { DataFile } from '../bytes/data-file.js';
import type { Pixels } from '../image/pixels.js';
import { prepareImage } from '../image/prepare.js';
import type { ImagePreparation } from '../image/preparation.js';
import { invalidArgument } from '../problems.js';
import { limits } from '../limits.js';
import type { RowData } from './row-data.js';

/** Pictures as samples of one input, decoded one after the other. */
export function imageRows(
  preparation: ImagePreparation,
  files: readonly DataFile[],
  decode: (file: DataFile) => Promise<Pixels>,
): RowData {
  const { input, layout, channels, height, width } = preparation;
  const shape = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const size = channels * height * width;
  const take = async (next: number, units: number) => {
    checkBatchSize(units * size * 4);
    const data = elementsOf(input).allocate(units * size);
    for (let i = 0; i < units; i++) {
      prepareImage(await decode(files[next + i] as DataFile), preparation, data, i);
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
  return { input, unit: 'row', count: files.length, open };
}

function checkBatchSize(bytes: number): void {
  if (bytes <= limits.batch) return;
  throw invalidArgument('pictures', {
    expected: `at most ${limits.batch} bytes for one batch`,
    received: `${bytes}`,
    remedy: 'Use smaller batches or smaller pictures.',
  });
}
