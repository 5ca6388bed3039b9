export { findUp } from './find-up.ts'
export { findPython, PythonJobError, runPythonJob } from './python-job.ts'
