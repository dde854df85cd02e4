export { inOrder, labelledBatches, shuffled, type Minibatch } from './data/batches.js';
export { dataFolder, loadFashionMnist, missingData, side, type Pictures } from './data/fashion-mnist.js';
export { accuracyOf } from './model/accuracy.js';
export { network } from './model/network.js';
export { compile, trainEpoch } from './model/train-epoch.js';
