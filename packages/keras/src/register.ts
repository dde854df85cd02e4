export { registry } from '@lowbit/methods';
