/** The shell that loads packet filters, in a network of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { PacketShell } from '../../../src/runtime/docker/packet-shell.js';
import { eventually } from '../opened.js';
import { withPacketFilters } from './engine.js';

/** A shell in a fresh network, which lasts as long as the test. */
async function inNetwork(): Promise<PacketShell> {
  const holder: ChildProcess = spawn('unshare', ['--net', 'sh', '-c', 'echo there; exec sleep 60']);
  onTestFinished(() => void holder.kill('SIGKILL'));
  let said = '';
  holder.stdout?.on('data', (text) => (said += text));
  await eventually('its network is there', () => said !== '' || undefined);
  const shell = new PacketShell(holder.pid ?? expect.fail('a process'), process.env, clock);
  onTestFinished(() => shell.kill());
  return shell;
}

const rule = (port: number) => `*filter\n-A INPUT -p tcp --dport ${port} -j DROP\nCOMMIT\n`;

withPacketFilters(() => {
  test('loads and tells rules, one after the other however many are asked for at once', async () => {
    const shell = await inNetwork();
    const ports = [1, 2, 3, 4, 5];
    const dumps = await Promise.all(ports.map((port) => shell.load(rule(port)).then(() => shell.dump())));
    expect(dumps.at(-1)?.match(/--dport \d/g)).toEqual(ports.map((port) => `--dport ${port}`));
  });

  test('tells the complaint about rules that are not taken, and takes the next ones', async () => {
    const shell = await inNetwork();
    await expect(shell.load('*filter\n-A NOWHERE -j DROP\nCOMMIT\n')).rejects.toThrow(
      /No chain.*exit code [1-9]/,
    );
    await expect(shell.load('load\n*filter\nnonsense\n')).rejects.toThrow(/exit code [1-9]/);
    await shell.load(rule(7));
    expect(await shell.dump()).toContain('--dport 7');
  });

  test('that has ended is told of, to whoever waits and to whoever comes', async () => {
    const shell = await inNetwork();
    const waiting = shell.dump();
    shell.kill();
    await expect(waiting).rejects.toThrow(/its shell has ended: SIGKILL/);
    await expect(shell.load(rule(1))).rejects.toThrow(/its shell has ended: SIGKILL/);
  });
});
