/**
 * The stage of one execution: what is opened, in which order, and how it is all taken down again. `down` may be
 * called at any moment, also half way through `up`.
 */
import { join } from 'node:path';
import { type Clock, within } from '../clock.js';
import type { Drill } from '../drill/schema.js';
import type { Effects } from '../fault/fault.js';
import { openToxiproxy, type ToxiproxyServer } from '../link/server.js';
import { openLinks, type ToxiproxyLinks } from '../link/toxiproxy-links.js';
import { freshId, type Random } from '../random.js';
import type { Cluster, Inventory, Runtime } from '../runtime/runtime.js';
import type { NodeContext, System } from '../system/system.js';
import { clientName, linkName } from '../topology/links.js';
import type { FaultKinds } from './fault-kinds.js';
import { Observer } from './observer.js';
import type { Plan } from './plan.js';
import type { Recorder } from './recorder.js';
import type { Scene } from './scene.js';
