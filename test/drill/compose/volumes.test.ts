/** The folders of a service: volumes, files of this machine, and folders in memory with their options. */
import { describe, expect, it } from 'vitest';
import { limitedTo } from '../../../src/drill/container.js';
import { taken } from './taken.js';

function web(keys: string) {
  const { nodes, notes } = taken(`services:\n  web:\n    image: web\n    ${keys}\n`);
  return { node: nodes.web, notes };
}

describe('folders in memory', () => {
  it('are those of `tmpfs` and those of `volumes`, whichever comes first', () => {
    const volumes = 'volumes: [{ type: tmpfs, target: /cache }, data:/data]';
    const expected = { tmpfs: ['/run', '/cache'], volumes: ['data:/data'] };
    expect(web(`tmpfs: [/run]\n    ${volumes}`).node).toMatchObject(expected);
    expect(web(`${volumes}\n    tmpfs: /run`).node).toMatchObject(expected);
  });

  it('keep their options, so that a disk fault can fill them', () => {
    const { node, notes } = web('tmpfs: ["/data:size=64M,mode=1777", "/bytes:size=4096b", "/half:size=50%"]');
    expect(node?.tmpfs).toEqual(['/data:size=64m,mode=1777', '/bytes:size=4096', '/half:size=50%']);
    expect(limitedTo(node ?? {}, '/data')).toBe(64 * 1024 ** 2);
    expect(notes).toEqual([]);
  });

  it('are told of options that a node does not take, each by its name', () => {
    const { node, notes } = web('tmpfs: /data:size=1g,nr_inodes=10');
    expect(node?.tmpfs).toEqual(['/data:size=1g']);
    expect(notes).toEqual([
      "stack/compose.yaml:4:5: the option nr_inodes=10 of /data of web is not taken: a node's `tmpfs` has none such",
    ]);
  });

  it.each([
    ['{ size: 64m }', '/x:size=64m'],
    ['{ size: 67108864 }', '/x:size=67108864'],
    ['{ size: "1gb", mode: 0o1777 }', '/x:size=1g,mode=1777'],
    ['{ mode: 0750 }', '/x:mode=750'],
    ['{ mode: "0750" }', '/x:mode=750'],
    ['{ mode: 488 }', '/x:mode=750'],
    ['{ size: 0 }', '/x'],
    ['', '/x'],
  ])('as `volumes` have them: %s', (options, expected) => {
    const { node, notes } = web(`volumes: [{ type: tmpfs, target: /x, tmpfs: ${options} }]`);
    expect(node?.tmpfs).toEqual([expected]);
    expect(notes).toEqual([]);
  });

  it('can be read-only', () => {
    const use = '{ type: tmpfs, source: tmpfs, target: /x, read_only: true, tmpfs: { size: 1m } }';
    expect(web(`volumes: [${use}]`).node?.tmpfs).toEqual(['/x:ro,size=1m']);
  });
});

it('what an entry of `volumes` asks for beside is left out with a note, or is so anyway', () => {
  const { node, notes } = web(`volumes:
      - ./a:/a:ro,z,rslave
      - { type: bind, source: ./b, target: /b, read_only: "true", bind: { create_host_path: true, recursive: disabled } }
      - { type: volume, source: c, target: /c, consistency: cached, volume: { nocopy: true, labels: { x: y } } }
      - d:/d:rw,Z,cached`);
  expect(node?.volumes).toEqual(['/home/stack/a:/a:ro', '/home/stack/b:/b:ro', 'c:/c:nocopy', 'd:/d']);
  expect(notes).toEqual([
    'stack/compose.yaml:5:9: `volumes.bind.selinux` of web is not taken: files of this machine are left as they are',
    'stack/compose.yaml:5:9: `volumes.bind.propagation` of web is not taken: the node does not see what is mounted there later',
    'stack/compose.yaml:6:99: `volumes.bind.recursive` of web is not taken: the node sees what is mounted below it, too',
  ]);
});

describe('what a service may write to', () => {
  const STACK = `
services:
  web:
    image: web
    volumes: [./site:/site, "./site:/again:ro", ./web.conf:/etc/web.conf, shared:/v, own:/own]
  worker: { image: web, volumes: ["./site:/in:ro", "./worker.conf:/etc/worker.conf:ro", "shared:/v:ro", /anonymous] }
  other: { image: web, volumes: [/anonymous] }
volumes: { shared: , own: }
`;

  it('is copied where it is of this machine, and shared where several use it', () => {
    const { nodes, notes } = taken(STACK);
    expect(nodes.web?.volumes).toEqual([
      '/home/stack/site:/site:copy',
      '/home/stack/site:/again:copy,ro',
      '/home/stack/web.conf:/etc/web.conf:copy',
      'shared:/v:shared',
      'own:/own',
    ]);
    expect(nodes.worker?.volumes).toEqual([
      '/home/stack/site:/in:copy,ro',
      '/home/stack/worker.conf:/etc/worker.conf:ro',
      'shared:/v:shared,ro',
      'unnamed-anonymous:/anonymous',
    ]);
    expect(nodes.other?.volumes).toEqual(['unnamed-anonymous:/anonymous']);
    expect(notes).toEqual([
      'stack/compose.yaml:5:5: `./site` and `./web.conf` of web are copied: what it writes there is gone with the run, and a single file is its own',
    ]);
  });

  it('is left as the drill file has it, for all that the services of the others say', () => {
    const { nodes } = taken(STACK, { nodes: '{ web: { role: primary, volumes: ["shared:/v"] } }' });
    expect(nodes.web?.volumes).toEqual(['shared:/v']);
    expect(nodes.worker?.volumes).toContain('shared:/v:ro');
  });

  it('can be said in a drill file as well, from its folder on', () => {
    const { nodes } = taken(STACK, {
      nodes: '{ web: { role: primary, volumes: ["./a:/a:copy", "v:/v:shared"] } }',
    });
    expect(nodes.web?.volumes).toEqual(['/home/a:/a:copy', 'v:/v:shared']);
  });
});
