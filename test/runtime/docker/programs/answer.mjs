// A node: remembers what it is sent over TCP, answers "<text>!", and tells on its standard output what arrived and
// from where; on a connection that begins with `dial <host> <port>` it tries that and says how it went, and with
// `ask <host> <port> <text>` it says that there and says what came back.
//   node answer.mjs <host> <port>
import { connect, createServer } from 'node:net';

const [host, port] = process.argv.slice(2);
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => {
    const [, target, number, text] = /^(?:dial|ask) (\S+) (\d+) ?(.*)/.exec(String(data)) ?? [];
    if (target === undefined) {
      console.log(`got ${data} from ${socket.remoteAddress}`);
      socket.write(`${data}!`);
      return;
    }
    // What is asked may be long under way. A first packet that was lost is sent again after a second.
    const dialled = connect({ host: target, port: Number(number), ...(text ? {} : { timeout: 1500 }) });
    const say = (how) => {
      socket.write(`${how}\n`);
      dialled.destroy();
    };
    dialled.once('connect', () => (text ? dialled.write(text) : say('connected')));
    dialled.once('data', say);
    dialled.once('end', () => say('closed'));
    dialled.once('timeout', () => say('silent'));
    dialled.once('error', ({ code }) => say(code));
  });
});
server.listen(Number(port), host, () => console.log('listening'));
