// A node that starts a process of its own, and both never end: node family.mjs
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
console.log(`child ${child.pid}`);
setInterval(() => {}, 1000);
