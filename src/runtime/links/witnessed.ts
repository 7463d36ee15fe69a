/** Links of which each is looked at in its own way: by what holds it, and by a greeting that is sent over it. */
import type { Clock } from '../../clock.js';
import { kindOf } from '../../topology/links.js';
import { witnessEach } from '../../witness.js';
import type { Kills, Pauses } from '../runtime.js';
import type { Links } from '../world-links.js';
import type { LinkPlace } from './cluster.js';
import { changeExpectations, openExpectation } from './expectation.js';
import type { Greeter } from './greeting.js';
import { type Life, lookAtLink, lookWhetherHeld, type Senses } from './link-witness.js';
import type { StatefulLinks } from './links.js';

export interface WitnessedSetting extends Pick<Greeter, 'greet'> {
  clock: Clock;
  links: StatefulLinks;
  place(link: string): LinkPlace;
  nodes: Pick<Kills, 'running'> & Pick<Pauses, 'paused'>;
}

export function witnessed({ clock, links, greet, place, nodes }: WitnessedSetting): Links {
  /** A link's own end, where that takes the greetings, always runs. */
  const life = async (name: string): Promise<Life> => {
    const { link, greetable } = place(name);
    if (greetable || kindOf(link.to) === 'power') return 'running';
    if (!(await nodes.running(link.to))) return 'dead';
    return (await nodes.paused(link.to)) ? 'stopped' : 'running';
  };
  const senses: Senses = { clock, state: (link) => links.state(link), greet, life };
  return {
    apply: (fault, change) => links.apply(fault, change),
    heal: (fault) => links.heal(fault),
    look(fault, { changed, open = [] }, time) {
      const all = [...(changed ? changeExpectations(fault, changed) : []), ...open.map(openExpectation)];
      return witnessEach(all, (one) =>
        time === 'glance' ? lookWhetherHeld(fault, one, senses) : lookAtLink(fault, one, senses, time),
      );
    },
  };
}
