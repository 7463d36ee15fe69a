/** What containers see at the folders of their `volumes`: what they share, and copies of files of this machine. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, scratch } from '../opened.js';
import { openContainers, withEngine } from './engine.js';

/** A program that prints what the code gives. */
const gives = (code: string) => ({
  command: [process.execPath, '-e', `const fs = require('fs'); console.log(JSON.stringify(${code}))`],
});
const read = (path: string) => `fs.readFileSync(${JSON.stringify(path)}, 'utf8')`;
/** `ok`, or the code of the error that the code fails with. */
const tried = (code: string) =>
  `(() => { try { ${code}; return 'ok' } catch (error) { return error.code } })()`;

async function started(containers: Record<string, { volumes: string[] }>) {
  const { cluster, told } = await openContainers({ nodes: Object.keys(containers), containers });
  return {
    cluster,
    /** What a node prints, once it has ended. */
    async says(node: string, code: string): Promise<unknown> {
      const ended = told.exits.length + 1;
      await cluster.start(node, gives(code));
      await eventually(`${node} has ended`, () => told.exits.length >= ended || undefined);
      return JSON.parse(told.lines.findLast((one) => one.node === node)?.line ?? '"nothing"');
    },
  };
}

withEngine(() => {
  test('a folder that is copied is as it is here, can be written by all that copy it, and stays here as it was', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in/text'), 'as it is');
    writeFileSync(join(folder, 'run'), '#!/bin/sh');
    chmodSync(join(folder, 'run'), 0o751);
    symlinkSync('in/text', join(folder, 'link'));
    const { cluster, says } = await started({
      reader: { volumes: [`${folder}:/seen:copy,ro`] },
      a: { volumes: [`${folder}:/etc/own:copy`] },
      b: { volumes: [`${folder}:/data/below:copy`] },
    });
    // The one that may only read it starts first.
    const about = `[fs.readdirSync('/seen').sort(), ${read('/seen/link')}, fs.statSync('/seen/run').mode & 0o777]`;
    expect(await says('reader', about)).toEqual([['in', 'link', 'run'], 'as it is', 0o751]);
    expect(await says('reader', tried("fs.writeFileSync('/seen/new', '')"))).toBe('EROFS');
    expect(await says('a', tried("fs.writeFileSync('/etc/own/in/text', 'changed')"))).toBe('ok');
    expect(await says('b', read('/data/below/in/text'))).toBe('changed');
    // It is copied once: what was changed is there after a restart.
    expect(await says('a', read('/etc/own/in/text'))).toBe('changed');
    expect(readFileSync(join(folder, 'in/text'), 'utf8')).toBe('as it is');
    expect(readdirSync(folder).sort()).toEqual(['in', 'link', 'run']);
    expect(await cluster.close()).toMatchObject({ leaked: [] });
  });

  test('a file that is copied is each node its own, and what it writes there outlives a restart', async () => {
    const file = join(scratch(), 'a.conf');
    writeFileSync(file, 'as it is');
    const { says } = await started({
      a: { volumes: [`${file}:/not/there/yet/a.conf:copy`] },
      b: { volumes: [`${file}:/a.conf:copy`] },
    });
    const path = '/not/there/yet/a.conf';
    const reads = `[${read(path)}, ${tried(`fs.writeFileSync('${path}', 'changed')`)}]`;
    expect(await says('a', reads)).toEqual(['as it is', 'ok']);
    expect(await says('a', reads)).toEqual(['changed', 'ok']);
    expect(await says('b', read('/a.conf'))).toBe('as it is');
    expect(readFileSync(file, 'utf8')).toBe('as it is');
  });

  test('a named volume is shared by those that say so, and by no others', async () => {
    const { cluster, says } = await started({
      a: { volumes: ['v:/v:shared'] },
      b: { volumes: ['v:/other:shared,ro'] },
      c: { volumes: ['v:/v'] },
    });
    expect(await says('a', tried("fs.writeFileSync('/v/text', 'from a')"))).toBe('ok');
    expect(await says('b', read('/other/text'))).toBe('from a');
    expect(await says('b', tried("fs.writeFileSync('/other/text', '')"))).toBe('EROFS');
    expect(await says('c', "fs.readdirSync('/v')")).toEqual([]);
    expect(await cluster.close()).toMatchObject({ leaked: [] });
  });

  test('what is no file and no folder is refused by name before the node starts', async () => {
    const { cluster } = await openContainers({
      nodes: ['a'],
      containers: { a: { volumes: ['/dev/null:/x:copy'] } },
    });
    await expect(cluster.start('a', gives('1'))).rejects.toThrow(
      'volume /dev/null: expected a file or folder to be copied, found a socket, a pipe or a device',
    );
  });
});
