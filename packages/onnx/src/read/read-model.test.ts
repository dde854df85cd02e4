import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildBytes, buildGraph, buildModel, buildProto, counting } from '../../test/helpers/build-model.js';
import { caught } from '../../test/helpers/caught.js';
import { createOperatorSet, type ModelProto, serializeModel } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { readModel } from './read-model.js';

/** The first bytes of files of other kinds, in base64. */
const foreign = JSON.parse(
  readFileSync(new URL('../../fixtures/foreign.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

const relu = (input: string, output: string) =>
  makeNode({ op: 'Relu', name: `make ${output}`, inputs: [input], outputs: [output] });
const parts = { nodes: [relu('x', 'y')], inputs: { x: [1] }, outputs: { y: [1] } };
const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

function edited(change: (proto: ModelProto) => void): Uint8Array {
  const proto = buildProto(buildGraph(parts));
  change(proto);
  return serializeModel(proto, 'test');
}

describe('readModel', () => {
  it('reads versions and domains', () => {
    const model = buildModel(parts, { ir: 9, opset: 21, domains: { 'com.microsoft': 1 } });
    expect([model.ir, model.opset, model.name]).toEqual([9, 21, 'test']);
    expect([...model.domains]).toEqual([
      ['ai.onnx', 21],
      ['com.microsoft', 1],
    ]);
  });

  it('takes a Buffer and a view into a larger buffer', () => {
    const bytes = buildBytes(parts);
    expect(readModel(Buffer.from(bytes)).opset).toBe(17);
    const larger = new Uint8Array(bytes.length + 20).fill(0xff);
    larger.set(bytes, 7);
    expect(readModel(larger.subarray(7, 7 + bytes.length)).opset).toBe(17);
  });

  it('does not change the bytes', () => {
    const bytes = buildBytes(parts);
    const before = bytes.slice();
    readModel(bytes);
    expect(bytes).toEqual(before);
  });

  it.each([
    ['an HTML page', '<!DOCTYPE html><html><body>404</body></html>'],
    ['an HTML page after a byte order mark', '\uFEFF\n <html>'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'],
    ['a JSON document', '{"error":"not found"}'],
    ['a zip archive', 'PK\u0003\u0004rest'],
    ['a GIF image', 'GIF89a....'],
    ['a TensorFlow Lite file', '\u001c\u0000\u0000\u0000TFL3....'],
    ['plain text', 'ir_version: 8\ngraph { node { } }'],
  ])('says that %s is not a model', (_, text) => {
    const error = caught(() => readModel(utf8(text), 'file'));
    expect(error.code).toBe('model-not-onnx');
    expect(error.remedy).toBeTruthy();
  });

  it('says the same of a PNG image, of zeros and of noise', () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919 + 3) % 251);
    for (const bytes of [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1), new Uint8Array(100), noise]) {
      expect(caught(() => readModel(bytes)).code).toBe('model-not-onnx');
    }
  });

  const zipOf = (name: string) => [
    80,
    75,
    3,
    4,
    ...new Array<number>(22).fill(0),
    name.length,
    0,
    0,
    0,
    ...utf8(name),
  ];
  /** Empty files and the directory of them. */
  const archive = (...names: readonly string[]) => {
    const files = names.flatMap((name) => [...zipOf(name)]);
    const entry = (name: string) => {
      const fields = new Array<number>(46).fill(0);
      fields.splice(0, 4, 0x50, 0x4b, 1, 2);
      fields[28] = name.length;
      return [...fields, ...utf8(name)];
    };
    const end = [0x50, 0x4b, 5, 6, ...new Array<number>(12).fill(0), files.length, 0, 0, 0, 0, 0];
    return Uint8Array.from([...files, ...names.flatMap(entry), ...end]);
  };
  const named = (...bytes: readonly (number | string)[]) =>
    Uint8Array.from(bytes.flatMap((part) => (typeof part === 'number' ? [part] : [...utf8(part)])));
  it.each([
    ['a Keras .h5 file', named(0x89, 'HDF\r\n', 26, '\n'), 'HDF5', 'lowbit import'],
    ['a .keras file', named(...zipOf('metadata.json')), '.keras', "format='onnx'"],
    ['a PyTorch checkpoint', named(...zipOf('model/data.pkl')), 'PyTorch', 'torch.onnx.export'],
    ['an old PyTorch checkpoint', named(0x80, 2, 0x8a, 10), 'pickle', 'torch.onnx.export'],
    ['a model of scikit-learn', named(0x80, 4, 0x95, 10), 'scikit-learn', 'skl2onnx.to_onnx'],
    ['numpy arrays', named(...zipOf('x.npy')), 'numpy', 'not of its data'],
    ['a numpy array', named(0x93, 'NUMPY', 1, 0), 'numpy', 'not of its data'],
    ['an archive of a model', named(...zipOf('model.onnx')), 'zip', 'Unpack it'],
    ['another archive', named(...zipOf('README.md')), 'zip', 'export the model to ONNX'],
    [
      'a checkpoint with its files in another order',
      archive('m/byteorder', 'm/data.pkl'),
      'PyTorch',
      'torch',
    ],
    ['a .keras file in another order', archive('config.json', 'model.weights.h5'), '.keras', "format='onnx'"],
    ['a zip of a SavedModel', archive('m/fingerprint.pb', 'm/saved_model.pb'), 'SavedModel', 'tf2onnx'],
    [
      'a zip of a TensorFlow.js model',
      archive('group1-shard1of1.bin', 'model.json'),
      '.js',
      'give the model.json',
    ],
    [
      'a saved_model.pb',
      named(8, 1, 0x12, 0x80, 1, 0x0a, 5, 'serve'),
      'SavedModel',
      'tf2onnx.convert --saved',
    ],
    ['a frozen graph', named(10, 17, 10, 1, 'x', 0x12, 11, 'Placeholder'), 'frozen', '--graphdef'],
    ['a TensorFlow Lite file', named(28, 0, 0, 0, 'TFL3'), 'Lite', '--tflite'],
    ['an ExecuTorch program', named(28, 0, 0, 0, 'ET12'), 'ExecuTorch', 'torch.onnx.export'],
    ['a MediaPipe task', archive('TF_LITE_DETECTOR', 'labels.txt'), 'MediaPipe', 'Export the original'],
    [
      'a zip of a Core ML package',
      archive('m.mlpackage/Data/com.apple.CoreML/model.mlmodel'),
      'Core ML',
      'ONNX',
    ],
    ['a network of ncnn', named('7767517\n2 2\nInput data'), 'ncnn', 'Give the ONNX file'],
    ['a binary network of ncnn', named(0xdd, 0x85, 0x76, 0), 'ncnn', 'Give the ONNX file'],
    ['a program of PaddlePaddle', named(10, 0x8c, 1, 8, 0, 0x10, 0xff), 'PaddlePaddle', 'paddle2onnx'],
    [
      'parameters of PaddlePaddle',
      named(...new Array<number>(16).fill(0), 6, 0, 0, 0, 8, 5, 16, 3),
      'PaddlePaddle',
      'paddle2onnx',
    ],
    ['a network of Caffe', named('# c\nname: "net"\nlayer {\n  name: "d"'), 'Caffe', 'converter'],
    ['a model of Caffe', named(10, 3, 'net', 0xa2, 6, 9), 'Caffe', 'converter'],
    ['a network of Darknet', named('# c\n[net]\nbatch=1\n'), 'Darknet', 'converter'],
    [
      'a frozen graph whose length is a bracket',
      named(10, 0x3c, 10, 1, 'x', 0x12, 5, 'Const'),
      'frozen',
      '--graphdef',
    ],
    ['a safetensors file', named(64, 0, 0, 0, 0, 0, 0, 0, '{"w":{}}'), 'safetensors', 'without the graph'],
    ['a GGUF file', named('GGUF', 3, 0, 0, 0), 'GGUF', 'without the graph'],
    ['an xz archive', named(0xfd, '7zXZ', 0), 'xz', 'Unpack'],
  ])('names %s and what to do with it', (_, bytes, received, remedy) => {
    const error = caught(() => readModel(bytes));
    expect(error.code).toBe('model-not-onnx');
    expect(error.received).toContain(received);
    expect(error.remedy).toContain(remedy);
  });

  it.each([
    ['core.mlmodel', 'a Core ML model', 'Give the ONNX file'],
    ['ir.xml', 'an OpenVINO model (IR)', 'Give the ONNX file'],
    ['weights.gguf', 'a GGUF file', 'without the graph'],
    ['weights.safetensors', 'a safetensors file', 'without the graph'],
    ['net.textproto', 'text form of protobuf', "format='textproto'"],
    ['net.onnxtxt', 'text form of its parser', 'onnx.parser'],
    ['speech.nemo', 'a tar archive', 'Unpack'],
  ] as const)('knows %s as its tool wrote it', (name, received, remedy) => {
    const error = caught(() => readModel(Uint8Array.from(Buffer.from(foreign[name] ?? '', 'base64'))));
    expect(error.code).toBe('model-not-onnx');
    expect(error.received).toContain(received);
    expect(error.remedy).toContain(remedy);
  });

  it.each([
    ['group1-shard1of2.bin', 'TensorFlow.js', 'model.json'],
    ['model.onnx_data', 'data of an ONNX model', '.onnx file beside'],
    ['model.ckpt.data-00000-of-00001', 'checkpoint of TensorFlow', 'SavedModel'],
    ['net.bin', 'weights without their graph', 'Give the ONNX file'],
    ['net.pt', 'a PyTorch checkpoint', 'torch.onnx.export', [0x50, 0x4b, 3, 4, 5]],
    ['net.zip', 'a zip archive', 'give the model in it', [0x50, 0x4b, 3, 4, 5]],
  ])(
    'knows %s by its name, where the content tells nothing',
    (name, received, remedy, head = [1, 2, 3, 4]) => {
      const error = caught(() => readModel(Uint8Array.from(head), name));
      expect(error).toMatchObject({ code: 'model-not-onnx', where: name });
      expect(error.received).toContain(received);
      expect(error.remedy).toContain(remedy);
    },
  );

  it('names an empty file', () => {
    expect(caught(() => readModel(new Uint8Array())).code).toBe('model-empty');
  });

  it('gives a typed error wherever a file is cut', () => {
    const bytes = buildBytes({ ...parts, initializers: [counting('w', [4])] });
    for (let length = 1; length < bytes.length; length++) {
      const { code } = caught(() => readModel(bytes.subarray(0, length)));
      expect([
        'model-truncated',
        'model-version',
        'model-opset',
        'graph-invalid',
        'model-not-onnx',
      ]).toContain(code);
    }
  });

  it('gives a typed error or a model wherever a byte is damaged', () => {
    const bytes = buildBytes({ ...parts, initializers: [counting('w', [4])] });
    for (let index = 0; index < bytes.length; index++) {
      for (const value of [0x00, 0x7f, 0xff]) {
        const damaged = bytes.slice();
        damaged[index] = value;
        try {
          readModel(damaged);
        } catch (error) {
          expect((error as Error).name).toBe('LowbitError');
        }
      }
    }
  });

  it.each([
    ['no IR version', edited((proto) => delete (proto as Partial<ModelProto>).irVersion), 'model-version'],
    ['IR version 0', edited((proto) => (proto.irVersion = 0n)), 'model-version'],
    ['IR version 2', edited((proto) => (proto.irVersion = 2n)), 'model-version'],
    ['IR version 14', edited((proto) => (proto.irVersion = 14n)), 'model-version'],
    ['no operator set', edited((proto) => (proto.opsetImport = [])), 'model-opset'],
    ['operator set 27', edited((proto) => (proto.opsetImport = [createOperatorSet('', 27)])), 'model-opset'],
    ['no graph', edited((proto) => delete proto.graph), 'graph-invalid'],
  ])('%s', (_, bytes, code) => {
    expect(caught(() => readModel(bytes)).code).toBe(code);
  });
});
