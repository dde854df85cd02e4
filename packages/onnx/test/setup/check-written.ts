import { vi } from 'vitest';
import type * as Checking from '../../src/model/check-graph.js';
import type * as Writing from '../../src/model/write-model.js';

/**
 * Every model that a test writes, by whichever form, is checked on its way out, as files are on their way in. The code
 * itself checks what it has read alone.
 */
vi.mock('../../src/model/write-model.js', async (importOriginal) => {
  const { writeModel } = await importOriginal<typeof Writing>();
  const { checkGraph } = await vi.importActual<typeof Checking>('../../src/model/check-graph.js');
  return {
    writeModel: (model: Parameters<typeof writeModel>[0]) => {
      const bytes = writeModel(model);
      checkGraph(model.proto, `${model.name}, as it is written`);
      return bytes;
    },
  };
});
