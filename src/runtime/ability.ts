/** One thing that drills may need, and whether this machine has it. */
export interface Ability {
  subject: string;
  /** `missing` things are needed; `absent` ones have a substitute. */
  state: 'ok' | 'absent' | 'missing';
  found: string;
  todo?: string;
}
