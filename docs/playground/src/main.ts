import { startApp } from './page/app.js';

startApp();
