/** The durability strip: a cell for each write, where it ended; the lost ones stand out in height, too. */
import type { Durability } from '../page-model.ts';
import { coloursOf } from './points.ts';
import type { Scale, View } from './view.ts';

export const STRIP = 44;

const FATES: readonly [letter: string, colour: string, top: number, height: number][] = [
  ['s', '--superseded', 26, 14],
  ['k', '--ok', 26, 14],
  ['u', '--soft', 26, 14],
  ['d', '--info', 16, 24],
  ['l', '--fail', 3, 37],
];

export function paintStrip(
  canvas: HTMLCanvasElement,
  durability: Durability,
  view: View,
  scale: Scale,
): void {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = scale.width * ratio;
  canvas.height = STRIP * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const colour = coloursOf(canvas);
  for (const [letter, name, top, height] of FATES) {
    context.fillStyle = colour(name);
    let at = 0;
    let drawn = Number.NEGATIVE_INFINITY;
    durability.at.forEach((delta, place) => {
      at += delta;
      const ms = at / 1000;
      if (durability.fate[place] !== letter || ms < view.from || ms > view.to) return;
      const x = scale.x(ms);
      if (x - drawn < 0.5) return;
      drawn = x;
      context.fillRect(x - 0.75, top, 1.5, height);
    });
  }
}
