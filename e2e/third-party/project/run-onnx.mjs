// Runs two files of a detector of text on one picture and tells how alike their outputs are.
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-web';

// A white page with a word in letters of 5 × 7 dots.
const letters = {
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  O: ['.###.', '#...#', '#...#', '#...#', '#...#', '#...#', '.###.'],
  W: ['#...#', '#...#', '#...#', '#.#.#', '#.#.#', '##.##', '#...#'],
  B: ['####.', '#...#', '#...#', '####.', '#...#', '#...#', '####.'],
  I: ['.###.', '..#..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  T: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'],
};
const [size, dot, left, top] = [160, 4, 8, 64];
const word = 'LOWBIT';
const picture = Float32Array.from({ length: 3 * size * size }, (_, i) => {
  const column = Math.floor(((i % size) - left) / dot);
  const row = Math.floor(((Math.floor(i / size) % size) - top) / dot);
  return letters[word[Math.floor(column / 6)]]?.[row]?.[column % 6] === '#' ? -1 : 1;
});

const [expected, received] = await Promise.all(process.argv.slice(2).map(outputOf));
const power = (values) => values.reduce((sum, value) => sum + value * value, 0);
const found = (values) => values.filter((probability) => probability > 0.3).length;
console.log(
  JSON.stringify({
    found: [found(expected), found(received)],
    decibels: 10 * Math.log10(power(expected) / power(expected.map((value, i) => value - received[i]))),
  }),
);

async function outputOf(file) {
  const session = await InferenceSession.create(await readFile(file), { logSeverityLevel: 3 });
  const feeds = { [session.inputNames[0]]: new Tensor('float32', picture, [1, 3, size, size]) };
  const outputs = await session.run(feeds);
  return outputs[session.outputNames[0]].data;
}
