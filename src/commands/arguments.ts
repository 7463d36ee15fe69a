/**
 * The command line before the parser sees it. What the parser would take for something else is refused here, once for
 * all commands: arguments that say nothing, and options that are given twice.
 */
import { UsageError } from '../errors.js';

/** The options that may be given more than once. */
const REPEATABLE: readonly string[] = ['--tag'];
/** The parser drops a `-` among the operands; in its place goes what no file is called. */
const DASH = '\ufdd0-';

/** The arguments as the parser is to be given them. Throws a `UsageError` for what says nothing. */
export function checkedArguments(argv: readonly string[]): string[] {
  const given = new Set<string>();
  return argv.map((argument, at) => {
    const [, option, value] = /^(--[a-z][\w-]*)(?:=([\s\S]*))?$/.exec(argument) ?? [];
    if ((value ?? argument).trim() === '') {
      const before = option ?? argv[at - 1];
      throw new UsageError({
        ...(before?.startsWith('--') ? { where: before } : {}),
        expected: 'a value',
        found: 'an empty argument',
        todo: 'leave it out, or see whether a variable is not set',
      });
    }
    if (option !== undefined && given.has(option) && !REPEATABLE.includes(option)) {
      throw new UsageError({
        where: option,
        expected: 'to be given once',
        found: 'given twice',
        todo: 'keep one of them',
      });
    }
    if (option !== undefined) given.add(option);
    return argument === '-' ? DASH : argument;
  });
}

/** What the parser made of them, with each `-` as it was given. */
export function parsedArguments<Args extends object>(args: Args): Args {
  const back = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(back) : value === DASH ? '-' : value;
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, back(value)])) as Args;
}
