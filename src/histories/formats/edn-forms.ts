/**
 * Finds the outermost forms of a text of EDN that comes in pieces: maps, and vectors that begin with an atom. Other
 * vectors and lists hold such forms and are looked into, tags are passed over, `#_` takes the next form away.
 */
import { UsageError } from '../../errors.js';
import { quoted } from './reader.js';

/** Where something begins in the text, both from 1. */
export interface Place {
  line: number;
  column: number;
}

interface Bracket extends Place {
  /** `{`, `[` or `(`. */
  opener: string;
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '#{': '}' };
const NEWLINE = 10;
const QUOTE = 34;
const SEMICOLON = 59;
const BACKSLASH = 92;
const DELIMITER = /[\s,()[\]{}";]/;

type Mode = 'code' | 'string' | 'escape' | 'comment' | 'character';
/** Between forms: nothing begun; behind `#`; in a tag; in an atom that is taken away. */
type Outside = 'between' | 'hash' | 'tag' | 'atom';

export class FormSplitter {
  readonly #take: (text: string, place: Place) => void;
  #mode: Mode = 'code';
  #outside: Outside = 'between';
  /** How many brackets of the form are open; 0 outside. */
  #depth = 0;
  /** The form's text from earlier pieces. */
  #held = '';
  #begun: Bracket = { line: 1, column: 1, opener: '' };
  /** How many of the next forms `#_` takes away. */
  #discards = 0;
  /** The open brackets that hold forms; the last one may still turn out to be a form's own. */
  readonly #holders: Bracket[] = [];
  #undecided = false;
  #line = 1;
  /** How many characters of the line were in earlier pieces. */
  #before = 0;

  constructor(take: (text: string, place: Place) => void) {
    this.#take = take;
  }

  /** Where the next character stands. */
  get place(): Place {
    return { line: this.#line, column: this.#before + 1 };
  }

  feed(text: string): void {
    let lineStart = -this.#before;
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (this.#depth > 0) {
        if (this.#within(char)) {
          const form = this.#held + text.slice(from, at + 1);
          this.#held = '';
          this.#finish(form);
        }
      } else {
        this.#without(text, at, { line: this.#line, column: at - lineStart + 1 });
        if (this.#depth > 0) from = at;
      }
      if (char === NEWLINE) {
        this.#line++;
        lineStart = at + 1;
      }
    }
    if (this.#depth > 0) this.#held += text.slice(from);
    this.#before = text.length - lineStart;
  }

  /** @throws UsageError where something is not closed; `where` is `line:column` */
  end(): void {
    const open = this.#depth > 0 ? this.#begun : this.#holders.at(-1);
    const name = open?.opener === '{' ? 'map' : 'bracket';
    if (open !== undefined)
      throw fault(open, `"${CLOSERS[open.opener]}" for the ${name} that begins here`, 'the end of the file');
    if (this.#mode === 'string' || this.#mode === 'escape')
      throw fault(this.#begun, 'a closing quote', 'the end of the file');
    if (this.#outside === 'atom') this.#discards--;
    if (this.#discards > 0 || this.#outside === 'tag')
      throw fault(this.place, 'a form', 'the end of the file');
  }

  /** Whether the form ends with a character. */
  #within(char: number): boolean {
    if (this.#mode !== 'code') {
      this.#quotedBy(char);
      return false;
    }
    if (char === QUOTE) this.#mode = 'string';
    else if (char === SEMICOLON) this.#mode = 'comment';
    else if (char === BACKSLASH) this.#mode = 'character';
    else if (char === 123 || char === 91 || char === 40) this.#depth++;
    else if (char === 125 || char === 93 || char === 41) return --this.#depth === 0;
    return false;
  }

  /** A character of a string, a comment, or one behind a backslash; the mode after it. */
  #quotedBy(char: number): Mode {
    if (this.#mode === 'string') {
      if (char === BACKSLASH) this.#mode = 'escape';
      else if (char === QUOTE) this.#mode = 'code';
    } else if (this.#mode === 'escape') this.#mode = 'string';
    else if (this.#mode === 'character' || char === NEWLINE) this.#mode = 'code';
    return this.#mode;
  }

  /** A character between forms. */
  #without(text: string, at: number, place: Place): void {
    const before = this.#mode;
    if (before !== 'code') {
      const now = this.#quotedBy(text.charCodeAt(at));
      if (before === 'string' && now === 'code') this.#discards--;
      return;
    }
    const char = text[at]!;
    const state = this.#outside;
    if (state === 'tag' || state === 'atom') {
      if (!DELIMITER.test(char)) return;
      this.#outside = 'between';
      if (state === 'atom') this.#discards--;
    } else if (state === 'hash') {
      this.#outside = char === '_' || char === '{' ? 'between' : 'tag';
      if (char === '_') this.#discards++;
      else if (char === '{') this.#open('#{', place);
      else if (DELIMITER.test(char)) throw fault(place, 'a set or a tag after "#"', quoted(char));
      return;
    }
    if (char <= ' ' || char === ',') return;
    if (char === ';') this.#mode = 'comment';
    else if (char === '#') {
      this.#outside = 'hash';
      this.#undecided = false;
    } else if (char === '{' || ((char === '[' || char === '(') && this.#discards > 0))
      this.#open(char, place);
    else if (char === '[' || char === '(') {
      this.#holders.push({ ...place, opener: char });
      this.#undecided = true;
    } else if (char === ']' || char === ')' || char === '}') this.#close(char, place);
    else this.#atom(text, at, place);
  }

  #open(opener: string, place: Place): void {
    this.#begun = { ...place, opener };
    this.#depth = 1;
    this.#undecided = false;
    if (opener === '#{') this.#held = '#';
  }

  #close(char: string, place: Place): void {
    const holder = this.#holders.at(-1);
    if (holder === undefined || CLOSERS[holder.opener] !== char || this.#discards > 0)
      throw fault(place, 'a map or a vector of an operation', `"${char}"`);
    this.#holders.pop();
    this.#undecided = false;
  }

  /** An atom between forms: one that is taken away, or the first in a bracket, which then is a form. */
  #atom(text: string, at: number, place: Place): void {
    const char = text[at]!;
    if (this.#discards > 0) {
      this.#begun = { ...place, opener: '' };
      if (char === '"') this.#mode = 'string';
      else this.#outside = 'atom';
      if (char === '\\') this.#mode = 'character';
      return;
    }
    if (!this.#undecided) {
      const token = text.slice(at, at + 40).split(DELIMITER, 1)[0] || char;
      throw fault(place, 'a map or a vector of an operation', quoted(token));
    }
    this.#begun = this.#holders.pop()!;
    this.#undecided = false;
    this.#depth = 1;
    this.#held = this.#begun.opener;
    this.#within(text.charCodeAt(at));
  }

  #finish(form: string): void {
    if (this.#discards > 0) this.#discards--;
    else this.#take(form, this.#begun);
  }
}

function fault({ line, column }: Place, expected: string, found: string): UsageError {
  return new UsageError({ where: `${line}:${column}`, expected, found });
}
