import { readFileSync } from 'node:fs';
import opentype from 'opentype.js';
import { packageFile } from '../models.js';
import { outlineEdges } from './outline.js';
import { rasterize } from './rasterize.js';

/** Faces of the npm package dejavu-fonts-ttf 2.37.3 (Bitstream Vera licence; changes in the public domain). */
export const FACES = ['Sans', 'Serif', 'SansMono', 'Sans-Bold', 'Serif-Italic', 'SansCondensed'] as const;
export type Face = (typeof FACES)[number];

/** A picture of a line of text: how much ink each pixel holds, 0…1, row-major [height, width]. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly coverage: Float32Array;
}

const fonts = new Map<Face, opentype.Font>();

function font(face: Face): opentype.Font {
  const known = fonts.get(face);
  if (known !== undefined) return known;
  const file = new Uint8Array(readFileSync(packageFile('dejavu-fonts-ttf', `ttf/DejaVu${face}.ttf`)));
  const parsed = opentype.parse(file.buffer);
  fonts.set(face, parsed);
  return parsed;
}

/** Draws one line of text, cut to its ink with `margin` pixels around; `size` is the em in pixels. */
export function inkOf(text: string, face: Face, size: number, margin: number): Ink {
  const path = linePath(text, font(face), size);
  const box = path.getBoundingBox();
  const [left, top] = [Math.floor(box.x1) - margin, Math.floor(box.y1) - margin];
  const width = Math.ceil(box.x2) + margin - left;
  const height = Math.ceil(box.y2) + margin - top;
  return { width, height, coverage: rasterize(outlineEdges(path.commands, -left, -top), width, height) };
}

/**
 * One glyph a character, with kerning. `font.getPath` would do it in one call, but stops at a kind of
 * substitution (GSUB 6.2) that these fonts hold and opentype.js does not read.
 */
function linePath(text: string, face: opentype.Font, size: number): opentype.Path {
  const path = new opentype.Path();
  const glyphs = [...text].map((character) => face.charToGlyph(character));
  const scale = size / face.unitsPerEm;
  let x = 0;
  glyphs.forEach((glyph, i) => {
    path.extend(glyph.getPath(x, 0, size));
    const next = glyphs[i + 1];
    const kerning = next === undefined ? 0 : face.getKerningValue(glyph, next);
    x += ((glyph.advanceWidth ?? 0) + kerning) * scale;
  });
  return path;
}
