// From packed codes to values (AssemblyScript; `npm run build:kernels` compiles it). The caller fills the arrays below with a block:
// rows of `width` values, which take at most `capacity`. What belongs to slices is given once for every value of a row where each of
// them belongs to a slice of its own (`each`), once for every row where all of them belong to one.

/** Most values of a block. Each array has room for what a loop reads and writes beyond its end: 8 codes. */
export const capacity: i32 = 4096;

/** Most levels of all slices of a block. */
export const tableCapacity: i32 = 65536;

// Where the arrays lie in memory, in bytes: packed codes and codes are bytes, the others float32.
export const packed: usize = 0;
export const codes: usize = 4128;
export const scales: usize = 8256;
export const offsets: usize = 24640;
export const values: usize = 41024;
export const tables: usize = 57408;

/** Codes of 1 to 7 bits, one byte each: eight of them, which take whole bytes, are spread by halves. */
export function unpack(bits: i32, count: i32): void {
  const width = <u64>bits;
  const four = ((<u64>1) << (4 * width)) - 1;
  const two = (((<u64>1) << (2 * width)) - 1) * 0x0000000100000001;
  const one = (((<u64>1) << width) - 1) * 0x0001000100010001;
  let from = packed;
  for (let at: usize = 0; at < <usize>count; at += 8, from += bits) {
    let word = load<u64>(from);
    word = (word & four) | ((word << (32 - 4 * width)) & (four << 32));
    word = (word & two) | ((word << (16 - 2 * width)) & (two << 16));
    word = (word & one) | ((word << (8 - width)) & (one << 8));
    store<u64>(codes + at, word);
  }
}

/** The largest of `count` codes from the number `first` on. */
export function largest(first: i32, count: i32): i32 {
  let most: i32 = 0;
  let at = codes + first;
  const end = at + count;
  let many = i8x16.splat(0);
  for (; at + 16 <= end; at += 16) many = i8x16.max_u(many, v128.load(at));
  v128.store(values, many);
  for (let i: usize = 0; i < 16; i++) most = max(most, <i32>load<u8>(values + i));
  for (; at < end; at++) most = max(most, <i32>load<u8>(at));
  return most;
}

/** Values of the codes from the number `first` on, on even grids: scale · (code − middle) + offset, each step rounded to float32. */
export function even(first: i32, rows: i32, width: i32, each: bool, middle: f32): void {
  const middles = f32x4.splat(middle);
  const ahead = codes + first;
  let at: usize = 0;
  let slice: usize = 0;
  for (let row = 0; row < rows; row++) {
    let scale = v128.load32_splat(scales + slice);
    let offset = v128.load32_splat(offsets + slice);
    const end = at + width;
    for (; at + 4 <= end; at += 4) {
      if (each) {
        scale = v128.load(scales + slice);
        offset = v128.load(offsets + slice);
        slice += 16;
      }
      const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(ahead + at)));
      const code = f32x4.sub(f32x4.convert_i32x4_s(words), middles);
      v128.store(values + 4 * at, f32x4.add(f32x4.mul(scale, code), offset));
    }
    for (; at < end; at++) {
      const code = <f32>load<u8>(ahead + at) - middle;
      store<f32>(values + 4 * at, load<f32>(scales + slice) * code + load<f32>(offsets + slice));
      if (each) slice += 4;
    }
    slice = each ? 0 : slice + 4;
  }
}

/** Values of the codes from the number `first` on, by tables of the levels of slices, one after the other. */
export function lookUp(first: i32, rows: i32, width: i32, each: bool, levels: i32): void {
  const bytes: usize = 4 * <usize>levels;
  let table = tables;
  let from = codes + first;
  let into = values;
  for (let row = 0; row < rows; row++) {
    if (each) table = tables;
    for (const end = from + width; from < end; from++, into += 4) {
      store<f32>(into, load<f32>(table + ((<usize>load<u8>(from)) << 2)));
      if (each) table += bytes;
    }
    if (!each) table += bytes;
  }
}
