// Which mutants are tried.

/**
 * `count` changes, one folder after the other, each by chance. Changes that are listed as equivalent are passed over.
 * The same seed and sources give the same changes.
 * @param byFolder the changes of each folder
 */
export function draw(byFolder, { count, seed, equivalents }) {
  const random = generator(seed);
  const piles = byFolder.map((changes) =>
    shuffled(changes, random).filter((one) => !isEquivalent(one, equivalents)),
  );
  const drawn = [];
  while (drawn.length < count && piles.some((pile) => pile.length > 0)) {
    for (const pile of piles) if (pile.length > 0 && drawn.length < count) drawn.push(pile.shift());
  }
  return drawn;
}

/** Whether a change is one of the listed, which no test can notice. */
function isEquivalent(change, equivalents) {
  return equivalents.some((listed) =>
    ['path', 'within', 'mutant'].every((key) => listed[key] === change[key]),
  );
}

function shuffled(list, random) {
  const result = [...list];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

/** mulberry32: numbers from 0 to 1. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
