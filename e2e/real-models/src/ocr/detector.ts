import { calibrationPages } from '../text/calibration-pages.js';
import type { Region } from '../image/image.js';
import { bluePlanesFirst } from '../image/planes.js';
import { timedEach } from '../measure/median.js';
import { sqnrDb } from '../measure/sqnr.js';
import { readModel } from '../models.js';
import { batchOf, float32, runOnce, withSession } from '../runtime/ort.js';
import { sessionProbe } from '../runtime/session-probe.js';
import { comparison, type Comparison, type RealModelTask, type TaskResult } from '../task.js';
import { detectorPages } from '../text/pages.js';
import { matchedBoxes } from './match-boxes.js';
import { textBoxes } from './text-boxes.js';

/** Usable: at least this share of float's boxes is found again … */
const LEAST_KEPT = 0.9;
/** … and at most this share of float's number is found beside them. */
const MOST_EXTRA = 0.1;

/** Overlap with a line's ink that counts as finding it: the detector's boxes keep a wider margin than the ink has. */
const TRUTH_OVERLAP = 0.3;

const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** The pages as network inputs [1, 3, height, width]; sides are multiples of 32 already. */
function inputs() {
  return detectorPages().map(({ image, lines }) => {
    const tensor = float32(bluePlanesFirst(image, IMAGENET), [1, 3, image.height, image.width]);
    return { feeds: { x: tensor }, width: image.width, lines };
  });
}

type Input = ReturnType<typeof inputs>[number];

/** PP-OCRv4's text detector on a printed page and two photographs with text over them. */
export function detectorTask(): RealModelTask<Uint8Array, Region[]> {
  let made: Input[] | undefined;
  const pages = () => (made ??= inputs());
  return {
    name: 'PP-OCRv4 detector',
    unit: 'page of 640 × 640 pixels',
    load: () => readModel('detector'),
    run: (bytes) => detect(bytes, pages()),
    compare: compareBoxes,
    probe: (bytes) => sessionProbe(bytes, pages()[0]!.feeds),
    batches: () => pages().map(({ feeds }) => batchOf(feeds)),
    calibration: () => calibrationPages(['bg', 'city'], 320),
  };
}

async function detect(bytes: Uint8Array, pages: readonly Input[]): Promise<TaskResult<Region[]>> {
  const { results, medianMs } = await withSession(bytes, (session) =>
    timedEach(pages, ({ feeds }) => runOnce(session, feeds)),
  );
  const answers = results.map(({ data }, i) => textBoxes(data, pages[i]!.width));
  const lines = total(pages.map((page) => page.lines.length));
  const found = total(pages.map((page, i) => matchedBoxes(page.lines, answers[i]!, TRUTH_OVERLAP)));
  const boxes = total(answers.map((page) => page.length));
  return {
    outputs: results.map(({ data }) => data),
    medianMs,
    answers,
    task: { summary: `${boxes} boxes; ${found} of ${lines} lines found`, numbers: { boxes, found, lines } },
  };
}

function compareBoxes(float: TaskResult<Region[]>, quantized: TaskResult<Region[]>): Comparison {
  const expected = total(float.answers.map((page) => page.length));
  const actual = total(quantized.answers.map((page) => page.length));
  const matched = total(float.answers.map((page, i) => matchedBoxes(page, quantized.answers[i]!)));
  const kept = matched / expected;
  const usable = kept >= LEAST_KEPT && actual - matched <= MOST_EXTRA * expected;
  const words = `${matched} of ${expected} boxes, ${actual - matched} extra`;
  const told = comparison(sqnrDb(float.outputs, quantized.outputs), kept, usable, words);
  return { ...told, confirmed: matched / actual };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
