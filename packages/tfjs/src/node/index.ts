export { fileSystem, registerFileSystem } from './file-system.js';
