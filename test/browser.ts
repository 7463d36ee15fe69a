/** A Chromium for tests of pages: the machine's own, or the one that Playwright has installed. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function found(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, chromium.executablePath()].find((path) => existsSync(path));
}

const executablePath = found();

/** Why no page can be opened here; undefined where one can. */
export const LACK =
  executablePath === undefined
    ? 'no Chromium: install the package chromium, or run `npx playwright install chromium`'
    : undefined;

/** Sandboxes need rights that containers do not have. */
export function launched(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
}
