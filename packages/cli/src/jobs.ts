/** What threads and workers open a model and its data with; `jobsModule` is where they find it. */
export { openForJobs as open } from './jobs/open-for-jobs.js';
