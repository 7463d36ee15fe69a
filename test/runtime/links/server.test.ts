import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { entry } from '../../../src/runtime/entry.js';
import { Control } from '../../../src/runtime/links/proxies/control.js';
import { openToxiproxy } from '../../../src/runtime/links/proxies/server.js';
import { proxyName } from '../../../src/runtime/links/proxies/toxiproxy-links.js';
import { openProcesses, scratch } from '../opened.js';

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A folder with an executable `toxiproxy-server` in it. */
function onPath(script: string): string {
  const folder = scratch();
  const file = join(folder, 'toxiproxy-server');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return folder;
}

test('the embedded server is taken where there is no other', async () => {
  const { cluster } = await openProcesses({});
  const toxiproxy = await openToxiproxy({ clock, hosts: cluster.hosts, path: '/nowhere:' });
  expect(toxiproxy).toMatchObject({ server: 'embedded', version: expect.stringMatching(/^2\.12/) });
  expect(toxiproxy.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await toxiproxy.close();
  await expect(toxiproxy.client.getVersion()).rejects.toThrow();
});

test('a toxiproxy-server on PATH comes before the embedded one, on loopback and a port of its own', async () => {
  // It takes the same options as the real one: -host HOST -port PORT.
  const path = onPath(`exec "${process.execPath}" "${entry('toxiproxy/process.js')}" --listen "$2:$4"`);
  const { cluster } = await openProcesses({});
  const toxiproxy = await openToxiproxy({ clock, hosts: cluster.hosts, path });
  expect(toxiproxy).toMatchObject({
    server: 'toxiproxy-server on PATH',
    version: expect.stringMatching(/^2\.12/),
  });
});

test('a toxiproxy-server on PATH that does not start is an error with its last words', async () => {
  const path = onPath('echo "cannot do that" >&2; exit 1');
  const { cluster } = await openProcesses({});
  await expect(openToxiproxy({ clock, hosts: cluster.hosts, path })).rejects.toThrow(
    /the Toxiproxy server: expected it to start, found .*it ended.*cannot do that/,
  );
});

test("the user's own comes before both, and is not ended", async () => {
  const url = await serving((_, response) => response.end('{"version": "2.9.0"}'));
  const { cluster } = await openProcesses({});
  const toxiproxy = await openToxiproxy({
    clock,
    hosts: cluster.hosts,
    asked: { kind: 'url', url },
    path: onPath('exit 1'),
  });
  expect(toxiproxy).toMatchObject({ server: url, url, version: '2.9.0' });
  await toxiproxy.close();
  expect(await toxiproxy.client.getVersion()).toContain('2.9.0');
});

test('one that is too old is refused', async () => {
  const url = await serving((_, response) => response.end('2.1.4'));
  const { cluster } = await openProcesses({});
  await expect(openToxiproxy({ clock, hosts: cluster.hosts, asked: { kind: 'url', url } })).rejects.toThrow(
    /expected version 2\.4\.0 or later, found 2\.1\.4; update it/,
  );
});

test('one that does not answer is refused, with the reason and what to do', async () => {
  const { cluster } = await openProcesses({});
  const { host, port } = await cluster.hosts.address();
  await expect(
    openToxiproxy({ clock, hosts: cluster.hosts, asked: { kind: 'url', url: `http://${host}:${port}` } }),
  ).rejects.toThrow(
    /Toxiproxy at http.*: expected its version, found .*; start it, or leave out --toxiproxy/,
  );
});

test('something that is no Toxiproxy is refused', async () => {
  const url = await serving((_, response) => response.end(`<html>${'x'.repeat(100)}</html>`));
  const { cluster } = await openProcesses({});
  await expect(openToxiproxy({ clock, hosts: cluster.hosts, asked: { kind: 'url', url } })).rejects.toThrow(
    'no Toxiproxy',
  );
});

test('a control call that hangs is an error that names the call', async () => {
  const control = new Control(clock, 'http://127.0.0.1:1');
  const hangs = () => new Promise<never>(() => {});
  await expect(control.call('disable a->b', hangs, 20)).rejects.toThrow(
    'Toxiproxy at http://127.0.0.1:1: expected "disable a->b" to be done, found no answer within 20 ms',
  );
});

test("a proxy's name carries the run's label and needs no escape in a URL", () => {
  for (const link of ['a->b', 'client:east->a', 'supervisor-1->power']) {
    const name = proxyName('run1', link);
    expect(name.startsWith('run1.')).toBe(true);
    expect(encodeURIComponent(name)).toBe(name);
  }
});
