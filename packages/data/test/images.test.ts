import { copyFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

import { isLowbitError } from '@lowbit/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { failure, fixture, forInput, golden, newFolder, readAll } from './support.js';

/** Pixels as they are, without scaling. */
const raw = (width: number, height: number) => forInput([1, height, width, 3], { image: { scale: 1 } });

function largest(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

/** Brightness of the pixels that were cut at 0 or 255 in neither of two pictures. */
function brightness(rgb: readonly number[], other: readonly number[]): number[] {
  const values: number[] = [];
  for (let i = 0; i < rgb.length; i += 3) {
    const isCut = [0, 1, 2].some((c) => rgb[i + c]! % 255 === 0 || other[i + c]! % 255 === 0);
    if (!isCut) values.push(0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!);
  }
  return values;
}

describe('decoding', () => {
  for (const [name, { width, height, rgb }] of Object.entries(golden.pictures)) {
    it(`decodes ${name} like Pillow`, async () => {
      const [batch] = await readAll([fixture(name)], raw(width, height));
      const data = batch?.inputs['x']?.data ?? [];
      // PNG is exact. JPEG decoders round differently, by a few steps in colour. Colour stored at half size is
      // doubled without smoothing here and with smoothing by libjpeg, so that only the brightness is compared.
      if (name === 'half-color.jpg')
        expect(largest(brightness(data, rgb), brightness(rgb, data))).toBeLessThan(2);
      else expect(largest(data, rgb)).toBeLessThanOrEqual(name.endsWith('.png') ? 0 : 4);
    });
  }
});

describe('preparation', () => {
  it('scales, subtracts, divides and lays out', async () => {
    const { rgb } = golden.pictures['rgb.png']!;
    const image = { mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.25, 0.5] };
    const [batch] = await readAll([fixture('rgb.png')], forInput(['N', 3, 5, 7], { image }));
    expect(batch?.inputs['x']?.shape).toEqual([1, 3, 5, 7]);
    const data = batch?.inputs['x']?.data ?? [];
    for (let c = 0; c < 3; c++) {
      const expected = (rgb[10 * 3 + c]! / 255 - image.mean[c]!) / image.deviation[c]!;
      // Values are held in single precision.
      expect(data[c * 35 + 10]).toBeCloseTo(expected, 5);
    }
  });

  it('turns the order of channels, makes grey, and gives bytes', async () => {
    const { rgb } = golden.pictures['rgb.png']!;
    const bgr = await readAll(
      [fixture('rgb.png')],
      forInput([1, 5, 7, 3], { type: 'uint8', image: { channels: 'bgr' } }),
    );
    expect(bgr[0]?.inputs['x']?.data.slice(0, 3)).toEqual(rgb.slice(0, 3).reverse());
    const grey = await readAll([fixture('rgb.png')], forInput([1, 1, 5, 7], { type: 'uint8' }));
    for (const type of ['int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'])
      expect(await readAll([fixture('rgb.png')], forInput([1, 1, 5, 7], { type }))).toEqual(grey);
    const [red, green, blue] = rgb as [number, number, number];
    expect(grey[0]?.inputs['x']?.data[0]).toBe(Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
  });

  it('pads with black or crops', async () => {
    const pad = await readAll(
      [fixture('rgb.png')],
      forInput([1, 1, 7, 7], { type: 'uint8', image: { resize: 'fit-pad' } }),
    );
    const rows = pad[0]?.inputs['x']?.data ?? [];
    expect(rows.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(rows.slice(42)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(Math.max(...rows.slice(7, 42))).toBeGreaterThan(0);
    const crop = await readAll(
      [fixture('rgb.png')],
      forInput([1, 5, 5, 3], { type: 'uint8', image: { resize: 'crop' } }),
    );
    expect(crop[0]?.inputs['x']?.data.slice(0, 3)).toEqual(golden.pictures['rgb.png']!.rgb.slice(3, 6));
  });
});

describe('folders of pictures', () => {
  async function folderOf(names: Readonly<Record<string, string>>): Promise<string> {
    const folder = await newFolder();
    for (const [name, source] of Object.entries(names)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await copyFile(fixture(source), join(folder, name));
    }
    return folder;
  }
  const bytes = { type: 'uint8', batchSize: 8 };

  it('are read in sorted order, with sub-folders, in batches', async () => {
    const folder = await folderOf({ 'b.png': 'grey.png', 'a/z.PNG': 'rgb.png', 'c.jpg': 'full-color.jpg' });
    const [batch] = await readAll([folder], forInput(['N', 5, 7, 3], bytes));
    expect(batch?.inputs['x']?.shape).toEqual([3, 5, 7, 3]);
    expect(batch?.inputs['x']?.data.slice(0, 210)).toEqual([
      ...golden.pictures['rgb.png']!.rgb,
      ...golden.pictures['grey.png']!.rgb,
    ]);
  });

  it('give their classes by sub-folder', async () => {
    const folder = await folderOf({
      'dog/1.png': 'rgb.png',
      'cat/1.png': 'grey.png',
      'cat/2.png': 'grey.png',
    });
    const notes: string[] = [];
    const spec = forInput(['N', 5, 7, 3], { ...bytes, labels: folder, onNote: (note) => notes.push(note) });
    expect((await readAll([folder], spec))[0]?.labels).toEqual([0, 0, 1]);
    expect(notes.join()).toContain('cat, dog');
    await failure([fixture('rgb.png')], { ...spec, labels: folder });
  });

  it('take labels by name', async () => {
    const folder = await folderOf({ '1.png': 'rgb.png', 'sub/2.png': 'grey.png' });
    const labels = join(await newFolder(), 'labels.csv');
    await writeFile(labels, 'name,label\nsub/2.png,7\n1.png,4\nother.png,1\n');
    const spec = forInput(['N', 5, 7, 3], { ...bytes, labels });
    expect((await readAll([folder], spec))[0]?.labels).toEqual([4, 7]);
    await writeFile(labels, '1.png,4\n');
    expect((await failure([folder], spec)).expected).toContain('sub/2.png');
  });

  it('leave out links to outside, loops and other files, and say so', async () => {
    const folder = await folderOf({ 'a.png': 'rgb.png' });
    const outside = await newFolder();
    await copyFile(fixture('rgb.png'), join(outside, 'secret.png'));
    await symlink(join(outside, 'secret.png'), join(folder, 'b.png'));
    await symlink(outside, join(folder, 'away'));
    await symlink('.', join(folder, 'loop'));
    await symlink('nowhere', join(folder, 'broken.png'));
    await symlink('a.png', join(folder, 'same.png'));
    await writeFile(join(folder, 'README.txt'), 'hello');
    const notes: string[] = [];
    const spec = forInput(['N', 5, 7, 3], { ...bytes, onNote: (note) => notes.push(note) });
    expect((await readAll([folder], spec))[0]?.inputs['x']?.shape[0]).toBe(2);
    expect(notes).toHaveLength(5);
    expect(notes.filter((note) => note.includes('link'))).toHaveLength(4);
  });

  it('are chosen by a pattern, unless a file has that very name', async () => {
    const folder = await folderOf({
      'a.png': 'rgb.png',
      'b.png': 'rgb.png',
      'sub/c.png': 'rgb.png',
      'sub/deep/d.png': 'rgb.png',
      'x.npy': 'f4.npy',
      '[*].jpg': 'full-color.jpg',
      'y.jpg': 'full-color.jpg',
    });
    const spec = forInput(['N', 5, 7, 3], bytes);
    const counts: [string, number][] = [
      ['*.png', 2],
      ['**/*.png', 4],
      ['s*', 2],
      ['sub/**/*.png', 2],
      ['?.jpg', 1],
      ['[*].jpg', 1],
      ['*.jpg', 2],
    ];
    for (const [pattern, count] of counts)
      for (const path of [join(folder, pattern), `x=${join(folder, pattern)}`])
        expect((await readAll([path], spec))[0]?.inputs['x']?.shape[0], path).toBe(count);
    expect(await failure([join(folder, '*.gif')], spec, 'file-missing')).toMatchObject({
      where: join(folder, '*.gif'),
      expected: 'files that fit this pattern',
    });
    expect((await failure([join(folder, '*.*')], spec)).received).toContain('npy');
    await failure([join(folder, 'nowhere', '*.png')], spec, 'file-missing');
  });

  it('are refused when empty, missing or mixed', async () => {
    const folder = await newFolder();
    const spec = forInput(['N', 5, 7, 3]);
    await failure([folder], spec);
    await failure([join(folder, 'missing')], spec, 'file-missing');
    const mixed = await folderOf({ 'a.png': 'rgb.png', 'b.npy': 'f4.npy' });
    expect((await failure([mixed], spec)).received).toContain('npy');
  });
});

describe('pictures that are wrong', () => {
  const chunk = (kind: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const png = (width: number, height: number, data: Uint8Array, ...more: Buffer[]) => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([
      start,
      chunk('IHDR', header),
      ...more,
      chunk('IDAT', data),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  };
  const write = async (bytes: Uint8Array) => {
    const path = join(await newFolder(), 'a.png');
    await writeFile(path, bytes);
    return path;
  };
  const spec = forInput([1, 3, 8, 8]);
  const zeros = deflateSync(Buffer.alloc(2 ** 27));

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['another file', Buffer.from('no picture')],
    ['too many pixels', png(60000, 60000, deflateSync(Buffer.alloc(10)))],
    ['no pixels', png(0, 5, deflateSync(Buffer.alloc(10)))],
    ['too little data', png(4, 4, deflateSync(Buffer.alloc(10)))],
    ['too much data', png(1, 1, zeros)],
    ['damaged data', png(1, 1, Buffer.alloc(10))],
    ['a wrong filter', png(1, 1, deflateSync(Buffer.from([9, 0, 0, 0])))],
  ])('refuses %s', async (_, bytes) => {
    expect((await failure([await write(bytes)], spec)).where).toContain('a.png');
  });

  it('never inflates what pixels do not depend on', async () => {
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), zeros]));
    const picture = png(1, 1, deflateSync(Buffer.from([0, 1, 2, 3])), profile);
    expect(await readAll([await write(picture)], spec)).toHaveLength(1);
  });

  it('refuses a cut file and a huge one', async () => {
    for (const name of ['full-color.jpg', 'progressive.jpg', 'rgb.png']) {
      const whole = await readFile(fixture(name));
      for (const part of [1, 3, 20, whole.length >> 1, whole.length - 1]) {
        await failure([await write(whole.subarray(0, part))], spec);
      }
    }
    const path = await write(new Uint8Array(0));
    await truncate(path, 2 ** 30);
    expect((await failure([path], spec)).expected).toContain('bytes');
  });

  it('refuses a JPEG that passes over its pixels thousands of times', async () => {
    const picture = await readFile(fixture('progressive.jpg'));
    const start = picture.indexOf(Buffer.from([0xff, 0xda]));
    const scan = picture.subarray(start, picture.indexOf(Buffer.from([0xff, 0xda]), start + 2));
    const many = Array.from({ length: 3000 }, () => scan);
    const bytes = Buffer.concat([picture.subarray(0, start), ...many, picture.subarray(start)]);
    expect((await failure([await write(bytes)], spec)).expected).toContain('scans');
  });

  it('refuses a JPEG whose components are too large together', async () => {
    const picture = Buffer.from(await readFile(fixture('full-color.jpg')));
    const frame = picture.indexOf(Buffer.from([0xff, 0xc0]));
    picture.writeUInt16BE(4900, frame + 5);
    picture.writeUInt16BE(4900, frame + 7);
    expect((await failure([await write(picture)], spec)).expected).toContain('components');
  });

  it('gives a typed error or a picture for any damage', async () => {
    const names = [
      'full-color.jpg',
      'progressive.jpg',
      'restarts.jpg',
      'rgb.png',
      'palette4.png',
      'interlaced.png',
    ];
    const files = await Promise.all(names.map((name) => readFile(fixture(name))));
    const path = await write(new Uint8Array(0));
    const damage = fc.tuple(
      fc.nat(5),
      fc.array(fc.tuple(fc.nat(1300), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([file, changes]) => {
        const bytes = Buffer.from(files[file]!);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        await writeFile(path, bytes);
        const outcome: unknown = await readAll([path], spec).catch((error: unknown) => error);
        expect(Array.isArray(outcome) || isLowbitError(outcome), String(outcome)).toBe(true);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
