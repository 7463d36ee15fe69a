// A node that speaks no TCP: it sends datagrams, to its peer, to a group and to everybody on its network, and tells on
// its standard output what it hears (`heard <way> <when it was sent, ms> <from>`) and that it was refused.
//   node beat.mjs <host> <peer> <broadcast address>
import { createSocket } from 'node:dgram';

const [host, peer, everybody] = process.argv.slice(2);
const GROUP = '239.77.7.7';
const PORTS = { peer: 7001, group: 7002, everybody: 7003 };
const now = () => Number(process.hrtime.bigint()) / 1e6;

for (const [way, port] of Object.entries(PORTS)) {
  const ear = createSocket({ type: 'udp4', reuseAddr: true });
  ear.on('message', (sent, { address }) => {
    if (address !== host) console.log(`heard ${way} ${sent} ${address}`);
  });
  ear.bind(port, () => {
    if (way === 'group') ear.addMembership(GROUP, host);
  });
}

const mouth = createSocket('udp4');
mouth.bind(0, host, () => {
  mouth.setBroadcast(true);
  mouth.setMulticastInterface(host);
  const friend = createSocket('udp4');
  friend.on('error', ({ code }) => console.log(`refused ${code}`));
  friend.connect(PORTS.peer, peer, () => {
    console.log('beating');
    setInterval(() => {
      friend.send(String(now()));
      mouth.send(String(now()), PORTS.group, GROUP);
      mouth.send(String(now()), PORTS.everybody, everybody);
    }, 20);
  });
});
