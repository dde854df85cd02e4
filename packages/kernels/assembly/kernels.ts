export { quantizeAll } from './images';
export { probeDot } from './probes';
export { multiplyAll } from './product';
