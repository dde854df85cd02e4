export { registerWasmTraining } from './register-wasm-training.js';
