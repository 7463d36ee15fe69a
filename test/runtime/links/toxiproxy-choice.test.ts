import { describe, expect, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { assertReach, chooseRuntime } from '../../../src/runtime/choose-runtime.js';
import { parseToxiproxyChoice } from '../../../src/runtime/links/proxies/toxiproxy-choice.js';

describe('what --toxiproxy means', () => {
  test.each([
    [undefined, { kind: 'any' }],
    ['embedded', { kind: 'embedded' }],
    ['http://127.0.0.1:8474/', { kind: 'url', url: 'http://127.0.0.1:8474' }],
    ['ghcr.io/shopify/toxiproxy:2.12.0', { kind: 'image', image: 'ghcr.io/shopify/toxiproxy:2.12.0' }],
  ])('%s', (text, choice) => {
    expect(parseToxiproxyChoice(text)).toEqual(choice);
  });

  test.each(['ftp://127.0.0.1', 'http://', '', '-host', 'An Image'])('"%s" is refused', (text) => {
    expect(() => parseToxiproxyChoice(text)).toThrow(/--toxiproxy: expected the URL of a server/);
  });
});

test('a Toxiproxy that could not carry the links is refused before anything starts', async () => {
  const [url, image] = ['http://127.0.0.1:1', 'x/toxiproxy'];
  expect(() => assertReach(url, 'docker')).toThrow(/cannot listen in the networks of containers/);
  expect(() => assertReach(image, 'process')).toThrow(/x\/toxiproxy, which is an image/);
  expect(() => assertReach(image, 'docker')).not.toThrow();
  const free = { asked: 'auto', environment: { DOCKER_HOST: 'unix:///nowhere/engine.sock' }, clock } as const;
  expect((await chooseRuntime({ ...free, toxiproxy: url })).name).toBe('process');
  // An image was asked for: then there is no falling back to local processes.
  await expect(chooseRuntime({ ...free, toxiproxy: image })).rejects.toThrow(/nowhere/);
});
