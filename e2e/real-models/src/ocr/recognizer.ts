import { readFileSync } from 'node:fs';
import { bluePlanesFirst } from '../image/planes.js';
import type { Image } from '../image/image.js';
import { resize } from '../image/resize.js';
import { timedEach } from '../measure/median.js';
import { sqnrDb } from '../measure/sqnr.js';
import { modelPath, readModel } from '../models.js';
import { batchOf, float32, runOnce, withSession, type Feeds } from '../runtime/ort.js';
import { sessionProbe } from '../runtime/session-probe.js';
import { comparison, type Comparison, type RealModelTask, type TaskResult } from '../task.js';
import { calibrationLines } from '../text/calibration-lines.js';
import { lineImages } from '../text/line-images.js';
import { alphabetOf, decodeCtc } from './ctc.js';

/** Usable: at least this share of the strings that float reads is still read without a mistake. */
const LEAST_KEPT = 0.85;

/** Height that the network wants, in pixels. */
const HEIGHT = 48;

const TO_PLUS_MINUS_ONE = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** A line of text as the network's input [1, 3, 48, width] in −1…1, its proportions kept. */
function feedsOf(image: Image): Feeds {
  const width = Math.round((image.width * HEIGHT) / image.height);
  const planes = bluePlanesFirst(resize(image, width, HEIGHT), TO_PLUS_MINUS_ONE);
  return { x: float32(planes, [1, 3, HEIGHT, width]) };
}

function inputs() {
  return lineImages().map(({ text, image }) => ({ text, feeds: feedsOf(image) }));
}

type Input = ReturnType<typeof inputs>[number];

/** PP-OCRv4's recognizer on 120 rendered strings whose text is known. */
export function recognizerTask(): RealModelTask<Uint8Array, string> {
  let made: Input[] | undefined;
  const lines = () => (made ??= inputs());
  return {
    name: 'PP-OCRv4 recognizer',
    unit: 'line of text',
    load: () => readModel('recognizer'),
    run: (bytes) => recognize(bytes, lines()),
    compare: (float, quantized) => compareStrings(float, quantized, lines()),
    probe: (bytes) => sessionProbe(bytes, lines()[0]!.feeds),
    batches: () =>
      lines()
        .filter((_, i) => i % 10 === 0)
        .map(({ feeds }) => batchOf(feeds)),
    calibration: () => calibrationLines().slice(0, 20),
  };
}

async function recognize(bytes: Uint8Array, lines: readonly Input[]): Promise<TaskResult<string>> {
  const alphabet = alphabetOf(readFileSync(modelPath('dictionary'), 'utf8'));
  const { results, medianMs } = await withSession(bytes, (session) =>
    timedEach(lines, ({ feeds }) => runOnce(session, feeds)),
  );
  const answers = results.map(({ data, shape }) => decodeCtc(data, shape.at(-1)!, alphabet));
  const read = answers.filter((text, i) => text === lines[i]!.text).length;
  return {
    outputs: results.map(({ data }) => data),
    medianMs,
    answers,
    task: { summary: `reads ${read} of ${lines.length} strings`, numbers: { read, strings: lines.length } },
  };
}

/** Of the strings that float reads right, those that the other model reads right too. */
function compareStrings(
  float: TaskResult<string>,
  quantized: TaskResult<string>,
  lines: readonly Input[],
): Comparison {
  const readable = lines.flatMap(({ text }, i) => (float.answers[i] === text ? [i] : []));
  const same = readable.filter((i) => quantized.answers[i] === lines[i]!.text).length;
  const kept = same / readable.length;
  const words = `${same} of the ${readable.length} strings that float reads`;
  return comparison(sqnrDb(float.outputs, quantized.outputs), kept, kept >= LEAST_KEPT, words);
}
