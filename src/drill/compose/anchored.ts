/** The values of a Compose file that lies in another folder than the project, with absolute paths in place of relative ones. */
import { resolve } from 'node:path';
import { mapOf } from './map.js';

export function anchored(file: unknown, folder: string): unknown {
  const path = (value: unknown) => (typeof value === 'string' ? resolve(folder, value) : value);
  const service = (held: Record<string, unknown>) =>
    changed(held, {
      build: (build) => {
        if (typeof build === 'string') return isAddress(build) ? build : path(build);
        const { context = '.' } = mapOf(build) ?? {};
        return mapOf(build) && !isAddress(context) ? { ...mapOf(build), context: path(context) } : build;
      },
      env_file: (files) => each(files, (one) => (mapOf(one) ? changed(mapOf(one)!, { path }) : path(one))),
      volumes: (volumes) =>
        each(volumes, (one) => {
          if (typeof one === 'string')
            return /^\.\.?(?:[/:]|$)/.test(one)
              ? one.replace(/^[^:]*/, (source) => resolve(folder, source))
              : one;
          return mapOf(one)?.['type'] === 'bind' ? changed(mapOf(one)!, { source: path }) : one;
        }),
    });
  const files = (declared: unknown) => eachOf(declared, (one) => changed(one, { file: path }));
  const held = mapOf(file);
  return held
    ? changed(held, { services: (services) => eachOf(services, service), secrets: files, configs: files })
    : file;
}

type Values = Record<string, unknown>;

/** The map with what some of its keys hold changed, where it has them. */
function changed(map: Values, changes: Record<string, (value: unknown) => unknown>): Values {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key,
      Object.hasOwn(changes, key) ? changes[key]!(value) : value,
    ]),
  );
}

function each(value: unknown, change: (one: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : change(value);
}

function eachOf(value: unknown, change: (one: Values) => Values): unknown {
  const map = mapOf(value);
  if (!map) return value;
  return Object.fromEntries(
    Object.entries(map).map(([name, one]) => [name, mapOf(one) ? change(mapOf(one)!) : one]),
  );
}

function isAddress(context: unknown): boolean {
  return /^(https?|git|ssh):|^github\.com\//.test(String(context));
}
