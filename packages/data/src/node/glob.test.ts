import { expect, it } from 'vitest';
import { globOf } from './glob.js';

it.each<[string, string, readonly string[], readonly string[]]>([
  ['*.png', '.', ['a.png', 'b.c.png'], ['a.jpg', 'sub/a.png', '.a.png', 'apng']],
  ['photos/*.png', 'photos/', ['a.png'], ['sub/a.png']],
  ['../a/b?/x.npy', '../a/', ['b1/x.npy'], ['b/x.npy', 'b12/x.npy', 'b1/y.npy']],
  ['a/**/*.png', 'a/', ['x.png', 'b/x.png', 'b/c/x.png'], ['b/x.jpg', '.git/x.png']],
  ['a/**', 'a/', ['x.png', 'b/c/x.png'], ['.x.png']],
  ['/data/cl*', '/data/', ['class', 'class/a.png', 'class/sub/a.png'], ['other/class']],
  ['/*.png', '/', ['a.png'], ['b/a.png']],
  ['.h*/x', '.', ['.hidden/x'], ['hidden/x']],
  ['a(1)+*.png', '.', ['a(1)+2.png'], ['a12.png']],
])('%s', (path, folder, fitting, others) => {
  const glob = globOf(path)!;
  expect(glob.folder).toBe(folder);
  expect(fitting.filter((name) => !glob.fits(name))).toEqual([]);
  expect(others.filter((name) => glob.fits(name))).toEqual([]);
});

it('enters folders that may hold what fits alone', () => {
  const glob = globOf('a/b*/**/c/*.png')!;
  expect(['b', 'b1/x/y', 'b/c'].filter((name) => !glob.leadsOn(name))).toEqual([]);
  expect(['c', 'x/b'].filter((name) => glob.leadsOn(name))).toEqual([]);
  expect(globOf('*.png')!.leadsOn('node_modules')).toBe(false);
  expect(globOf('a/b.png')).toBeUndefined();
});
