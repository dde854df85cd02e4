/** The text of the module in src/kernels that is made of a source. */
export function compile(name: 'kernels' | 'panels' | 'expand' | 'products' | 'grid-search'): Promise<string>;
