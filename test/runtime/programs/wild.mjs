// A node that starts processes which leave its session and their parent:  node wild.mjs <how> <seconds to sleep>
//   env     with its environment, so with the run's label
//   clean   without any environment
//   slow    without any environment; their parent goes on for a second
// It ends with code 0 at SIGUSR2, and takes no SIGTERM.
import { spawn } from 'node:child_process';

const [how, seconds] = process.argv.slice(2);
const script = `sleep ${seconds} & exec sleep ${seconds}`;
const commands = {
  env: ['setsid', 'sh', '-c', script],
  clean: ['env', '-i', 'setsid', 'sh', '-c', script],
  slow: ['env', '-i', 'sh', '-c', `setsid sleep ${seconds} & setsid sleep ${seconds} & sleep 1`],
};
process.on('SIGTERM', () => {});
process.on('SIGUSR2', () => process.exit(0));
const [command, ...args] = commands[how];
spawn(command, args, { stdio: 'ignore', detached: true }).unref();
setInterval(() => {}, 1000);
