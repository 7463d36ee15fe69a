// A node that does what faults make hard for it, and says how it went:
//   node patient.mjs <port>
//   GET /spin/<ms>       computes for so long; the milliseconds of processor time that it got
//   GET /eat/<mb>        takes so much memory, for good
//   GET /write/<folder>  writes a block there: `ok`, or why not
//   GET /sweep/<folder>  removes what lies there
// It starts a process called `worker`, and two called `helper`.
import { spawn } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

for (const argv0 of ['worker', 'helper', 'helper'])
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { argv0, stdio: 'ignore' });

const eaten = [];
const deeds = {
  spin(ms) {
    const [end, before] = [performance.now() + Number(ms), process.cpuUsage()];
    while (performance.now() < end);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  },
  eat: (mb) => eaten.push(Buffer.alloc(Number(mb) * 1024 ** 2, 1)),
  write(folder) {
    try {
      writeFileSync(`/${folder}/block`, Buffer.alloc(4096));
      return 'ok';
    } catch (error) {
      return error.code;
    }
  },
  sweep(folder) {
    for (const name of readdirSync(`/${folder}`)) rmSync(`/${folder}/${name}`);
    return 'ok';
  },
};

createServer((request, response) => {
  const [, deed, what] = request.url.split('/');
  response.end(String(deeds[deed]?.(what) ?? 'here'));
}).listen(Number(process.argv[2]));
