/** The pages in a real browser: what they draw, how they are used, and that nothing gets out of them or into them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../../../src/timeline/faults.js';
import { LACK, launched } from '../../browser.js';
import { withThing } from '../../with-thing.js';
import { KINDS, type Kind, pageOf } from './pages.js';

interface Opened {
  page: Page;
  /** What the console, the script and the network had to say against it. */
  complaints: string[];
}

withThing('the page in Chromium', LACK, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'drill-page-'));
  beforeAll(async () => {
    browser = await launched();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function shown(html: string, hash = '', options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(`${pathToFileURL(file)}${hash}`);
    if (options.javaScriptEnabled !== false) await page.locator('.stage .plot svg').waitFor();
    return { page, complaints };
  }

  const opened = (kind: Kind, hash = '', options: BrowserContextOptions = {}) =>
    shown(pageOf(kind).html, hash, options);
  /** The place of the lanes, scrolled into sight. */
  async function plotIn(page: Page) {
    const plot = page.locator('.plot').first();
    await plot.scrollIntoViewIfNeeded();
    return (await plot.boundingBox())!;
  }

  const ticksOf = (page: Page) => page.locator('.plot .tick').allTextContents();

  describe('of each kind', { timeout: 60_000 }, () => {
    it.each(KINDS)('draws a %s execution, quietly, and asks nobody for anything', async (kind) => {
      const { html, judged } = pageOf(kind);
      const { page, complaints } = await shown(html);
      expect(await page.locator('.names .name').count()).toBe(judged.history.run?.nodes.length);
      expect(await page.locator('canvas').count()).toBeGreaterThan(0);
      for (const summary of await page.locator('#rest summary').all()) await summary.press('Enter');
      // What opens is drawn once the browser tells of it.
      await expect.poll(() => page.locator('#rest table').count()).toBeGreaterThanOrEqual(5);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it.each([...KINDS])('fits a %s one into 390 pixels, and none of it runs', async (kind) => {
      const { page, complaints } = await opened(kind, '', { viewport: { width: 390, height: 800 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      expect(await page.evaluate('window.hit')).toBeUndefined();
      expect(await page.locator('script').count()).toBe(2);
      expect(await page.locator('img, iframe, object, form, base, video, style ~ style').count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  });

  describe('the checks themselves can fail', { timeout: 60_000 }, () => {
    it('a picture from elsewhere and a script of somebody else are held off and told', async () => {
      const { html } = pageOf('passing');
      const bad = html.replace(
        '</main>',
        '</main><img src="http://127.0.0.1:9/x.png"><script>window.hit=1</script>',
      );
      const { page, complaints } = await shown(bad);
      expect(complaints.length).toBeGreaterThanOrEqual(2);
      expect(await page.evaluate('window.hit')).toBeUndefined();
      await page.context().close();
    });
  });

  describe('in use', { timeout: 60_000 }, () => {
    it('is zoomed by dragging and shows everything again on a double click', async () => {
      const { page } = await opened('failing');
      const before = await ticksOf(page);
      const box = await plotIn(page);
      await page.mouse.move(box.x + box.width * 0.3, box.y + 24);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 24, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => ticksOf(page)).not.toEqual(before);
      await page.mouse.dblclick(box.x + box.width * 0.5, box.y + 8);
      await expect.poll(() => ticksOf(page)).toEqual(before);
      await page.context().close();
    });

    it('tells what was so where it is clicked, and follows the arrow keys', async () => {
      const { page } = await opened('failing');
      const told = page.locator('.moment h3');
      const before = await told.textContent();
      const box = await plotIn(page);
      await page.mouse.click(box.x + box.width * 0.9, box.y + 8);
      await expect.poll(() => told.textContent()).not.toBe(before);
      const clicked = await told.textContent();
      await page.locator('.frame').press('ArrowLeft');
      await expect.poll(() => told.textContent()).not.toBe(clicked);
      await page.context().close();
    });

    it('has an address for an event and for a finding', async () => {
      const { html, judged } = pageOf('failing');
      const [fault] = faultsOf(judged.history);
      const { page } = await shown(html, `#event-${fault!.event.index}`);
      await page.locator(`tr.target #event-${fault!.event.index}`).waitFor();
      await expect
        .poll(() => page.locator('.moment h3').textContent())
        .toContain(`${(fault!.event.time / 1e6).toFixed(1)} ms`);
      await page.evaluate("location.hash = 'finding-lost_writes'");
      await page.locator('#finding-lost_writes.target[open] .operations a').first().click();
      await expect.poll(() => page.locator('.moment .event').textContent()).toMatch(/^event \d+: write /);
      await page.context().close();
    });

    it('goes from evidence to evidence by n and p', async () => {
      const { page } = await opened('failing', '#at-0');
      await page.keyboard.press('n');
      await page.waitForFunction("location.hash.startsWith('#event-')");
      const first = await page.evaluate('location.hash');
      await expect.poll(() => page.locator('.moment h3').textContent()).not.toContain('At 0.0 ms');
      await page.keyboard.press('n');
      await page.waitForFunction(`location.hash !== '${first}'`);
      await expect.poll(() => page.locator('.moment h3').textContent()).toContain('ms');
      await page.keyboard.press('p');
      await page.waitForFunction(`location.hash === '${first}'`);
      await page.context().close();
    });

    it('leaves out a node and a group of clients that are not asked for', async () => {
      const { page } = await opened('failing');
      const lanes = await page.locator('.names .name').count();
      const plots = await page.locator('canvas').count();
      await page.locator('.chip', { hasText: /^b$/ }).click();
      await expect.poll(() => page.locator('.names .name').count()).toBe(lanes - 1);
      await page.locator('.chip', { hasText: 'clients west' }).click();
      await expect.poll(() => page.locator('canvas').count()).toBe(plots - 1);
      await page.context().close();
    });

    it('shows which links a partition has cut at the cursor', async () => {
      const { html, judged } = pageOf('failing');
      const [fault] = faultsOf(judged.history);
      const { page } = await shown(html, `#at-${fault!.effective! / 1e6 + 1}`);
      await page.locator('.matrix .changed').first().waitFor();
      await page.evaluate("location.hash = 'at-100'");
      await expect.poll(() => page.locator('.matrix .changed').count()).toBe(0);
      await page.context().close();
    });

    it('turns dark and light, by the system and by its button', async () => {
      const { page } = await opened('passing', '', { colorScheme: 'dark' });
      const colour = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(await colour()).toBe('rgb(14, 17, 22)');
      await page.getByRole('button', { name: 'light / dark' }).click();
      expect(await colour()).toBe('rgb(246, 247, 249)');
      await page.context().close();
    });

    it('tells its verdict and its figures without its script', async () => {
      const { html, judged } = pageOf('failing');
      const { page } = await shown(html, '', { javaScriptEnabled: false });
      expect(await page.locator('header .verdict').textContent()).toBe('FAIL');
      const rows = await page.locator('table').first().locator('tbody tr').allTextContents();
      judged.verdict.findings.forEach(({ expectation, actual }, at) => {
        expect(rows[at]).toContain(expectation);
        expect(rows[at]).toContain(actual.slice(0, 20));
      });
      await page.context().close();
    });
  });
});
