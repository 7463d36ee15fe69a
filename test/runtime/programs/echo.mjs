// A node: answers greetings on its port and tells on its standard output what it saw.
//   node echo.mjs <host> <port> [<text to write to standard error>]
// Two hundred milliseconds after SIGTERM it ends with code 7.
import { createServer } from 'node:http';

const [host, port, complaint] = process.argv.slice(2);
const server = createServer((request, response) => {
  if (request.url?.startsWith('/greet/')) console.log(`greeted ${request.url.slice('/greet/'.length)}`);
  response.end(JSON.stringify({ pid: process.pid, environment: process.env, folder: process.cwd() }));
});
server.listen(Number(port), host, () => console.log('listening'));
if (complaint) console.error(complaint);
process.on('SIGTERM', () => setTimeout(() => process.exit(7), 200));
