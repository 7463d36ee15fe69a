/** A system of one's own over HTTP, against real servers that answer, fail, hang and hang up. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpSystemSpec } from '../../src/drill/http-system.js';
import { topology } from '../../src/drill/topology.js';
import { ServiceClient } from '../../src/http-client.js';
import { httpSystem } from '../../src/system/http.js';
import { greets, switches, tellsHealth, tellsRole } from '../../src/system/system.js';
import { decodeDrill } from '../built-in.js';

/** None of it is asked for here. */
const drill = { topology: topology.parse({ nodes: {} }) };

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(answer: Answer) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      asked.push(`${request.method} ${request.url}${body && ` ${body}`}`);
      answer(request, response, body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } };
}

const status =
  (code: number, body = ''): Answer =>
  (_request, response) => {
    response.writeHead(code);
    response.end(body);
  };

/** What a drill file tells, with its defaults filled in. */
function told(given: object): HttpSystemSpec {
  const http = { port: 80, read: { request: 'GET /items/{key}' }, ...given };
  const { topology } = decodeDrill({ name: 'x', topology: { system: { http }, nodes: {} } } as never);
  if (typeof topology.system === 'string') throw new Error('expected a system over HTTP');
  return topology.system.http;
}

const WRITE = { write: { request: 'PUT /items/{key}', fail_on: [409, 503] } };
const soon = () => AbortSignal.timeout(5000);

async function connected(answer: Answer, given: object = WRITE) {
  const { address, asked } = await serve(answer);
  const connection = httpSystem(told(given)).connect(address, drill);
  onTestFinished(() => connection.close());
  return { connection, asked, address };
}

const write = (key: string, value: number) => ({ f: 'write' as const, key, value });

describe('a write', () => {
  it.each([200, 201, 204])('is acknowledged by %i', async (code) => {
    const { connection, asked } = await connected(status(code));
    expect(await connection.invoke(write('a/b', 7), soon())).toEqual({ type: 'ok', value: 7 });
    expect(asked).toEqual(['PUT /items/a%2Fb 7']);
  });

  it('says what it writes where the drill file says', async () => {
    const { connection, asked } = await connected(status(200), {
      write: { request: 'POST /{key}?v={value}', body: '{"key":"{key}","value":{value}}' },
    });
    await connection.invoke(write('k1', 7), soon());
    expect(asked).toEqual(['POST /k1?v=7 {"key":"k1","value":7}']);
  });

  it.each([409, 503])('has surely failed by %i, which is listed', async (code) => {
    const { connection } = await connected(status(code, 'no primary'));
    expect(await connection.invoke(write('k', 7), soon())).toEqual({
      type: 'fail',
      error: `status ${code} "no primary"`,
    });
  });

  it.each([302, 400, 500, 504])('is in doubt by %i, which is not', async (code) => {
    const { connection } = await connected(status(code));
    expect(await connection.invoke(write('k', 7), soon())).toEqual({ type: 'info', error: `status ${code}` });
  });

  it('is in doubt where the connection is lost before the answer, or within it', async () => {
    const lost = await connected((request) => request.socket.destroy());
    expect(await lost.connection.invoke(write('k', 7), soon())).toMatchObject({ type: 'info' });
    const within = await connected((request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('12345', () => request.socket.destroy());
    });
    expect(await within.connection.invoke(write('k', 7), soon())).toMatchObject({ type: 'info' });
  });

  it('is in doubt where no answer comes in time', async () => {
    const { connection } = await connected(() => {});
    const ending = new AbortController();
    const writing = connection.invoke(write('k', 7), ending.signal);
    setTimeout(() => ending.abort(), 50);
    expect(await writing).toEqual({ type: 'info', error: 'timed out' });
  });

  it('has surely failed where the connection is refused', async () => {
    const { address } = await serve(status(200));
    const nobody = httpSystem(told(WRITE)).connect({ ...address, host: '127.0.0.77' }, drill);
    expect(await nobody.invoke(write('k', 7), soon())).toMatchObject({
      type: 'fail',
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('has its path percent-encoded as UTF-8 where it is beyond ASCII, and as it was written elsewhere', async () => {
    const { connection, asked } = await connected(status(200), {
      write: { request: 'PUT /naïve/объекты/%d1%8a/{key}?a="b"&c={value}' },
    });
    expect(await connection.invoke(write('ключ 1', 7), soon())).toMatchObject({ type: 'ok' });
    expect(asked).toEqual([
      'PUT /na%C3%AFve/%D0%BE%D0%B1%D1%8A%D0%B5%D0%BA%D1%82%D1%8B/%d1%8a/%D0%BA%D0%BB%D1%8E%D1%87%201?a="b"&c=7 7',
    ]);
  });

  it('has surely failed where no such request can be sent', async () => {
    const { address, asked } = await serve(status(200));
    const client = new ServiceClient(address);
    onTestFinished(() => client.close());
    const impossible = { method: 'PUT', path: '/', headers: { Name: 'Ёж' }, body: '7' };
    expect(await client.exchange(impossible, soon())).toEqual({
      kind: 'unsent',
      error: expect.objectContaining({
        message: expect.stringContaining('Invalid character in header content ["Name"]'),
      }),
    });
    expect(asked).toEqual([]);
  });

  it.each(['Ёж', 'a\nb'])('is not asked for with the header "%s", which none can hold', (held) => {
    expect(() => told({ ...WRITE, headers: { Name: held } })).toThrow(/what a header can hold, on one line/);
  });

  it('is in doubt where the answer changes the protocol', async () => {
    const { address } = await serve((request) =>
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    const connection = httpSystem(told(WRITE)).connect(address, drill);
    onTestFinished(() => connection.close());
    expect(await connection.invoke(write('k', 7), soon())).toEqual({
      type: 'info',
      error: 'the connection was closed without an answer',
    });
  });

  it('goes over a connection that is kept', async () => {
    const ports = new Set<number | undefined>();
    const { connection } = await connected((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let at = 0; at < 5; at++) await connection.invoke(write('k', at), soon());
    expect(ports.size).toBe(1);
  });
});

describe('a read', () => {
  const read = async (answer: Answer, given: object = {}) =>
    (await connected(answer, { read: { request: 'GET /items/{key}', ...given } })).connection.invoke(
      { f: 'read', key: 'k', value: null },
      soon(),
    );

  it.each([
    ['7', 7],
    [' 7\n', 7],
    ['"7"', 7],
    ['text', 'text'],
    ['true', true],
    ['', null],
    ['null', null],
    ['{"a":1}', '{"a":1}'],
  ])('of %j is %j', async (body, value) => {
    expect(await read(status(200, body))).toEqual({ type: 'ok', value });
  });

  it.each([
    ['value', '{"value":7}', 7],
    ['item.value', '{"item":{"value":"x"}}', 'x'],
    ['item.value', '{"item":null}', null],
    ['value', '{"value":null}', null],
    ['value', 'null', null],
  ])('of the field %s', async (json, body, value) => {
    expect(await read(status(200, body), { json })).toEqual({ type: 'ok', value });
  });

  it.each([
    ['value', '{"error":"cache down"}', 'status 200 "{\\"error\\":\\"cache down\\"}"'],
    ['item.value', '{"item":7}', 'status 200'],
    ['item.value', '{"item":{}}', 'status 200'],
    ['item.toString', '{"item":{}}', 'status 200'],
    ['value', '7', 'status 200 "7"'],
    ['value', '', 'expected JSON'],
  ])('without the field %s has failed: %j', async (json, body, error) => {
    expect(await read(status(200, body), { json })).toEqual({
      type: 'fail',
      error: expect.stringContaining(error),
    });
  });

  it('of nothing is nothing, by the statuses that say so', async () => {
    expect(await read(status(404, 'none'))).toEqual({ type: 'ok', value: null });
    expect(await read(status(410), { absent_on: [410] })).toEqual({ type: 'ok', value: null });
    expect(await read(status(404), { absent_on: [410] })).toEqual({ type: 'fail', error: 'status 404' });
  });

  it('that says nothing that can be read has failed', async () => {
    expect(await read(status(500, 'oops'))).toEqual({ type: 'fail', error: 'status 500 "oops"' });
    expect(await read(status(200, 'no JSON'), { json: 'value' })).toMatchObject({
      type: 'fail',
      error: expect.stringContaining('expected JSON'),
    });
  });

  it('takes any way of ending a body', async () => {
    const byClosing = await read((_request, response) => {
      response.useChunkedEncodingByDefault = false;
      response.removeHeader('connection');
      response.writeHead(200, { connection: 'close' });
      response.end('7');
    });
    expect(byClosing).toEqual({ type: 'ok', value: 7 });
    const inChunks = await read((_request, response) => {
      response.write('1');
      response.end('7');
    });
    expect(inChunks).toEqual({ type: 'ok', value: 17 });
  });
});

describe('what a system can do is what it is told with', () => {
  it('neither health, nor role, nor switchover; it can be greeted all the same', async () => {
    const system = httpSystem(told({}));
    expect([tellsHealth(system), tellsRole(system), switches(system), greets(system)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    const { address, asked } = await serve(status(500));
    await system.greet(address, 'token', soon());
    expect(asked).toEqual(['GET /items/']);
    await expect(system.greet({ ...address, host: '127.0.0.77' }, 'token', soon())).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });

  it('health: by `ready`, else by `live`', async () => {
    const { address, asked } = await serve((request, response) =>
      status(request.url === '/ready' ? 503 : 200, 'waiting for the cache')(request, response, ''),
    );
    const headers = { Authorization: 'Bearer x' };
    const alive = httpSystem(told({ live: 'GET /live', headers }));
    await expect(alive.healthy?.(address, soon())).resolves.toBeUndefined();
    const ready = httpSystem(told({ live: 'GET /live', ready: 'GET /ready' }));
    await expect(ready.healthy?.(address, soon())).rejects.toThrow(
      /GET \/ready: expected a status from 200 to 299, found status 503 "waiting for the cache"/,
    );
    await ready.greet(address, 'token', soon());
    expect(asked).toEqual(['GET /live', 'GET /ready', 'GET /live']);
  });

  it('role: by a field of the answer or by its status, and in sync where it is ready', async () => {
    const { address } = await serve((request, response) => {
      if (request.url === '/role') status(200, '{"node":{"role":"leader"}}')(request, response, '');
      else status(request.url === '/primary' ? 503 : 200)(request, response, '');
    });
    const by = (primary_when: object, request = 'GET /role', more: object = {}) =>
      httpSystem(told({ role: { request, primary_when }, ...more })).role?.(address, soon());
    expect(await by({ json: 'node.role', equals: 'leader' })).toEqual({ role: 'primary', inSync: true });
    expect(await by({ json: 'node.role', equals: 'other' })).toEqual({ role: 'standby', inSync: true });
    expect(await by({ status: 200 }, 'GET /primary', { ready: 'GET /primary' })).toEqual({
      role: 'standby',
      inSync: false,
    });
    expect(await by({ status: 200 }, 'GET /live')).toEqual({ role: 'primary', inSync: true });
    await expect(by({ json: 'role', equals: 'leader' }, 'GET /primary')).rejects.toThrow(/status 503/);
  });

  it('switchover: asks the node that is to be primary, and says why it would not', async () => {
    const { address, asked } = await serve(status(200));
    const other = await serve(status(409, 'not in sync'));
    const system = httpSystem(told({ promote: 'POST /promote', role: ROLE }));
    const places = {
      supervisors: [],
      observe: (node: string) => (node === 'a' ? address : other.address),
    };
    await system.switchover?.('a', places, soon());
    expect(asked).toEqual(['POST /promote']);
    await expect(system.switchover?.('b', places, soon())).rejects.toThrow(/found status 409 "not in sync"/);
  });
});

const ROLE = { request: 'GET /role', primary_when: { status: 200 } };
