/** The lines of a /proc/<pid>/mountinfo. */

export interface Mount {
  /** `254:0`. */
  device: string;
  /** Which part of its file system it is. */
  root: string;
  /** Where it is seen. */
  point: string;
  type: string;
  /** What it is made from, such as /dev/vda. */
  source: string;
  /** Those of the file system. */
  options: string[];
}

export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [own = '', system] = line.split(' - ');
    if (system === undefined) return [];
    const [, , device = '', root = '', point = ''] = own.split(' ').map(plain);
    const [type = '', source = '', options = ''] = system.split(' ').map(plain);
    return [{ device, root, point, type, source, options: options.split(',') }];
  });
}

/** Blanks are written as octal numbers there. */
function plain(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
