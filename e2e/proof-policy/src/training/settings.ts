/** Everything that decides a result of the part on training. It was fixed before the first run, and what is kept in `out` is kept by it. */
export const settings = {
  pictures: { training: 10_000, test: 10_000 },
  batchSize: 100,
  /** Of the weights of the float network and the order of its pictures. */
  floatSeed: 1,
  /** Learning rates of Adam, one an epoch. */
  floatRates: [1e-3, 1e-3, 1e-3, 3e-4, 1e-4],
  /** Each decides the order of the pictures of all nets that are compared with each other. */
  seeds: [11, 12, 13],
  /** After the float network. */
  rates: [5e-4, 5e-4, 2e-4, 2e-4, 1e-4],
  /** Of all weights of the homogeneous net. */
  homogeneous: 4,
  /** Of the first and of the last weight, by separability in between, and bits a weight on average: a quarter below the homogeneous net. */
  progressive: { from: 6, to: 2, budget: 2.95 },
  /** Training pictures on which separability is measured. */
  measured: 1000,
  /** The first weights of the net of 1 bit that get more, and how much. */
  raised: { weights: 4, bits: 8 },
} as const;
