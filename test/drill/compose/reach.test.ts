/** What a Compose file may reach on this machine, with real files, links and pipes: what a path leads to counts. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDrill } from '../../built-in.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-reach-')));
const stack = join(base, 'stack');
const home = join(base, 'home');
let engine: Server;

beforeAll(async () => {
  for (const folder of [
    join(stack, 'site'),
    join(home, 'project'),
    join(base, 'other'),
    join(base, 'repo/deploy'),
    join(base, 'repo/.git'),
  ])
    mkdirSync(folder, { recursive: true });
  for (const file of [join(stack, 'a.env'), join(base, 'other/b.env')]) writeFileSync(file, 'A=1\n');
  for (const [to, link] of [
    ['/', 'root'],
    ['../other', 'out'],
    ['site', 'within'],
    ['/var/run', 'sockets'],
  ] as const)
    symlinkSync(to, join(stack, link));
  execFileSync('mkfifo', [join(stack, 'pipe')]);
  engine = createServer();
  await new Promise<void>((resolve) => engine.listen(join(stack, 'engine'), resolve));
});

afterAll(() => {
  engine.close();
  rmSync(base, { recursive: true, force: true });
});

/** The drill of a Compose file in a folder, its one service with these keys. */
async function load(keys: string, { folder = stack, compose = 'compose.yaml', more = '' } = {}) {
  writeFileSync(join(folder, 'compose.yaml'), `services: { web: { image: web, ${keys} } }\n`);
  const file = join(folder, 'drill.yaml');
  const system = '{ http: { port: 80, read: { request: GET / } } }';
  const nodes = `{ web: { role: primary${more} } }`;
  writeFileSync(
    file,
    `name: x\ntopology:\n  compose: ${compose}\n  system: ${system}\n  nodes: ${nodes}\nworkload: { writes: 0% }\nexpect: {}\n`,
  );
  const drill = await loadDrill(file, { environment: { HOME: home } });
  return drill.topology.nodes['web'];
}

describe('files and folders of this machine', () => {
  it.each(['./site', '.', './within', './site/../site', join(stack, 'site')])(
    'of the project are seen: %s',
    async (source) => {
      const web = await load(`volumes: ["${source}:/h:ro"]`);
      expect(web?.volumes).toHaveLength(1);
    },
  );

  it('of the project that are not there are named before anything starts', async () => {
    await expect(load('volumes: ["./not-there:/h:ro"]')).rejects.toThrow(
      /compose.yaml:1:\d+: expected a file or folder that is there, found nothing at .*not-there; give web other/,
    );
  });

  it('of the project that are not there are made, empty, where Compose would make them and they may be written', async () => {
    const volumes = '["./not-there/data:/data", "./not-there/data:/again:ro"]';
    await expect(load(`volumes: ${volumes}`)).rejects.toThrow(
      /1:\d+: expected a file or folder that is there/,
    );
    const web = await load('volumes: ["./not-there/data:/data"]');
    expect(web?.volumes).toEqual([expect.stringMatching(/^missing-.*-stack-not-there-data:\/data:nocopy$/)]);
    await expect(load('volumes: ["./not-there.conf:/etc/a.conf"]')).rejects.toThrow(
      /found nothing at .*there.conf/,
    );
    const long = '{ type: bind, source: ./not-there, target: /data, bind: { create_host_path: false } }';
    await expect(load(`volumes: [${long}]`)).rejects.toThrow(/found nothing at .*not-there/);
  });

  it('of the repository that the Compose file lies in are seen', async () => {
    const web = await load('volumes: ["../:/h:ro"]', { folder: join(base, 'repo/deploy') });
    expect(web?.volumes).toEqual([`${join(base, 'repo')}:/h:ro`]);
  });

  it.each(['/etc/localtime', '/etc/timezone'])(
    'that say no more than the time are seen: %s',
    async (source) => {
      expect((await load(`volumes: ["${source}:${source}:ro"]`))?.volumes).toEqual([
        `${source}:${source}:ro`,
      ]);
    },
  );

  it.each([
    '/',
    '/.',
    '/run',
    '/var/run',
    '/proc',
    '/sys/fs/cgroup',
    '/dev',
    '/etc/shadow',
    '/home',
    './root',
    './root/etc',
    './sockets',
    './out',
    './out/not-there',
    '../other',
    './site/../../other',
    './pipe',
    './engine',
    '/root',
  ])('beyond it are not: %s', async (source) => {
    await expect(load(`volumes: ["${source}:/h:ro"]`)).rejects.toThrow(
      /compose.yaml:1:\d+: expected a file or folder of the Compose file's own project, found "/,
    );
  });

  it.each([
    '/',
    '/var/run/docker.sock',
    '/etc/shadow',
    './root',
    './out',
    './sockets',
    './engine',
    '../other',
  ])('beyond it are not copied either: %s', async (source) => {
    for (const volume of [`"${source}:/h"`, `{ type: bind, source: "${source}", target: /h }`])
      await expect(load(`volumes: [${volume}]`)).rejects.toThrow(
        /compose.yaml:1:\d+: expected a file or folder of the Compose file's own project, found "/,
      );
  });

  it('are not seen where the project is a home folder as a whole', async () => {
    await expect(load('volumes: [".:/h:ro"]', { folder: home })).rejects.toThrow(/is or holds a home folder/);
    const web = await load('volumes: [".:/h:ro"]', { folder: join(home, 'project') });
    expect(web?.volumes).toEqual([`${join(home, 'project')}:/h:ro`]);
  });

  it('that the drill file itself names are seen', async () => {
    const web = await load('volumes: ["/run:/h:ro"]', { more: ', volumes: ["/run:/h:ro"]' });
    expect(web?.volumes).toEqual(['/run:/h:ro']);
  });
});

describe('capabilities', () => {
  it.each(['ALL', 'SYS_ADMIN', 'CAP_SYS_ADMIN', 'sys_module', 'SYS_PTRACE', 'SYS_RAWIO', 'DAC_READ_SEARCH'])(
    'that open the machine are for the drill file to ask for: %s',
    async (capability) => {
      await expect(load(`cap_add: [${capability}]`)).rejects.toThrow(
        /expected capabilities that stay within the container/,
      );
    },
  );

  it('are taken where they stay within the container, or are named in the drill file', async () => {
    expect((await load('cap_add: [NET_ADMIN]'))?.cap_add).toEqual(['NET_ADMIN']);
    const web = await load('cap_add: [SYS_ADMIN]', { more: ', cap_add: [SYS_ADMIN]' });
    expect(web?.cap_add).toEqual(['SYS_ADMIN']);
  });
});

describe('files with variables', () => {
  it('of the project are read', async () => {
    expect((await load('env_file: a.env'))?.environment).toEqual({ A: '1' });
  });

  it.each(['../other/b.env', './out/b.env', '/proc/self/environ', './pipe', '/dev/zero'])(
    'others are not: %s',
    async (file) => {
      await expect(load(`env_file: "${file}"`)).rejects.toThrow(
        /expected a file or folder of the Compose file's own project/,
      );
    },
  );
});

describe('what never ends', () => {
  it.each(['/dev/zero', './pipe', '.'])(
    'a Compose file that is none is refused at once: %s',
    async (compose) => {
      await expect(load('', { compose })).rejects.toThrow(
        /expected a Compose file, found a folder, a device/,
      );
    },
  );

  it('variables deep in each other', async () => {
    const deep = '${A:-'.repeat(20_000) + '}'.repeat(20_000);
    await expect(load(`command: "${deep}"`)).rejects.toThrow(/variables more than 50 deep in each other/);
  });

  it('variables that double', async () => {
    const lines = ['A0=0123456789', ...Array.from({ length: 40 }, (_, at) => `A${at + 1}=$A${at}$A${at}`)];
    writeFileSync(join(stack, 'bomb.env'), lines.join('\n'));
    await expect(load('env_file: bomb.env')).rejects.toThrow(/bomb.env: line \d+: more than 1000000 signs/);
  });
});
