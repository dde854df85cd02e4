export { lookUpBytes } from './byte-lookups';
export { countAll, packSigns } from './counts';
export { convolveDepthwise } from './depthwise';
export { lookUpAll } from './binary-product';
export { acceptCodes, expectCodes, quantizeAll } from './images';
export { probeDot, probeSwizzle } from './probes';
export { multiplyAll } from './product';
export { subtractSigns } from './residuals';
export { fillTables, tabulateAll } from './tables';
