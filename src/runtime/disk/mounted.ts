/** What a run has mounted: noted by the folders, all of which are below the run's own. */
import { messageOf } from '../../errors.js';
import { folderOf } from '../label.js';
import type { Reapable } from '../reaper/reapable.js';
import { mountedAt, unmount } from './disk.js';

export const mountedDisks: Reapable = {
  name: 'mounted disks',
  async remove(run, folders: unknown) {
    const own = (Array.isArray(folders) ? folders : []).filter(
      (folder): folder is string => typeof folder === 'string' && folder.startsWith(`${folderOf(run)}/`),
    );
    const unseen: string[] = [];
    for (const folder of own)
      await unmount(folder).catch((error: unknown) => unseen.push(`${folder} (${messageOf(error)})`));
    return { removed: 0, left: own.filter((folder) => mountedAt(folder) !== undefined), unseen };
  },
};
