// A node that is no reference node: each of its ports speaks something of its own.
//   node ports.mjs <echo|first|silent>:<port> ...
// `echo` sends back what it gets; `first` speaks before it is spoken to and closes whoever speaks to it; `silent` only
// listens. On its standard output it tells what it gets: `<port> got <text>`.
import { createServer } from 'node:net';

const BEHAVIOURS = {
  echo: (socket) => socket.on('data', (data) => socket.write(data)),
  first: (socket) => {
    socket.write('220 ready\r\n');
    socket.on('data', () => socket.end());
  },
  silent: () => {},
};

for (const word of process.argv.slice(2)) {
  const [behaviour, port] = word.split(':');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => console.log(`${port} got ${data}`));
    BEHAVIOURS[behaviour](socket);
  });
  server.listen(Number(port), () => console.log(`${port} listens`));
}
