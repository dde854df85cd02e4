import { describe, expect, test } from 'vitest';
import { buildBytes, counting } from '../../test/helpers/build-model.js';
import { caught } from '../../test/helpers/caught.js';
import { makeNode } from '../graph/make-node.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';

const file = buildBytes({
  nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
  initializers: [counting('w', [4, 4])],
  inputs: { x: [1, 4] },
  outputs: { y: [1, 4] },
});
const own = file.slice().buffer;
const shared = new SharedArrayBuffer(file.length);
new Uint8Array(shared).set(file);
const padded = new Uint8Array(file.length + 16);
padded.set(file, 8);

describe('bytes of a model', () => {
  test.each([
    ['a Uint8Array', file],
    ['a Buffer of Node', Buffer.from(file)],
    ['an ArrayBuffer', own],
    ['a DataView', new DataView(padded.buffer, 8, file.length)],
    ['an Int8Array', new Int8Array(own)],
    ['a SharedArrayBuffer', shared],
    ['a view of a SharedArrayBuffer', new Uint8Array(shared)],
  ])('may be %s', async (_, bytes) => {
    const [layer] = await onnx(bytes).layers();
    expect(layer!.weights.map(({ id }) => id)).toEqual(['w']);
    expect(readModel(bytes).opset).toBe(17);
  });

  test.each([
    ['a path', 'model.onnx', 'await readFile(path)'],
    ['a URL', new URL('https://example.org/model.onnx'), 'await fetch(url)'],
    ['a promise', Promise.resolve(file), 'onnx(await bytes)'],
    ['a response', new Response(file.slice()), 'await response.arrayBuffer()'],
    ['a blob', new Blob([file.slice()]), 'await response.arrayBuffer()'],
    ['a stream', new Blob([file.slice()]).stream(), 'await new Response(stream).arrayBuffer()'],
    ['a list', [...file], 'Uint8Array.from(numbers)'],
    ['a model of TensorFlow.js', { predict: () => undefined }, 'tfjs(model)'],
    ['nothing', undefined, 'await readFile(path)'],
    ['null', null, 'await readFile(path)'],
  ])('are asked for where %s is given, with what to write', (_, given, remedy) => {
    const error = caught(() => onnx(given as never));
    expect(error.code).toBe('invalid-argument');
    expect(error.message).toContain(remedy);
  });
});
