/**
 * Finds the outermost forms of a text of EDN that comes in pieces: maps, and vectors that begin with an atom. Other
 * vectors and lists hold such forms and are looked into, tags are passed over, `#_` takes the next form away.
 */
import { UsageError } from '../../errors.js';
import { excerpt } from './reader.js';

/** Where something begins in the text, both from 1. */
export interface FormPlace {
  line: number;
  column: number;
}

interface Bracket extends FormPlace {
  /** `{`, `#{`, `[` or `(`. */
  opener: string;
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '#{': '}' };

/**
 * White space; a comment; a string, with its closing quote apart; `#_`, `#{` or a tag; a bracket; an atom, whose
 * first backslash takes the next character with it; anything else.
 */
const TOKEN =
  /(?:[^!-\uffff]|,)+|;[^\n]*|"[^"\\]*(?:\\[\s\S][^"\\]*)*\\?(")?|#(?:[_{]|[^\s,()[\]{}";]*)|[()[\]{}]|\\[\s\S]?[^\s,()[\]{}";]*|[^\s,()[\]{}";]+|[\s\S]/y;
/** The same within a form, where brackets alone matter. */
const INSIDE = /[^"\\;()[\]{}]+|;[^\n]*|"[^"\\]*(?:\\[\s\S][^"\\]*)*\\?(")?|\\[\s\S]?|[()[\]{}]/y;
/** Tokens that nothing can be added to. */
const IS_WHOLE = /^(?:[^!-\uffff]|[,()[\]{}]|#[_{])/;

export class FormSplitter {
  /** A token that may go on in the next piece, and where it begins. */
  #rest = '';
  #line = 1;
  #column = 1;
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

  constructor(readonly take: (text: string, place: FormPlace) => void) {}

  /** Where the next character stands. */
  get place(): FormPlace {
    const lines = this.#rest.split('\n');
    const before = lines.length > 1 ? 1 : this.#column;
    return { line: this.#line + lines.length - 1, column: before + lines.at(-1)!.length };
  }

  feed(piece: string): void {
    const text = this.#rest + piece;
    let lineStart = 1 - this.#column;
    let from = 0;
    let at = 0;
    for (let end = 0; at < text.length; at = end) {
      const pattern = this.#depth > 0 ? INSIDE : TOKEN;
      pattern.lastIndex = at;
      const [token, closing] = pattern.exec(text)!;
      end = at + token.length;
      if (end === text.length && closing === undefined && !IS_WHOLE.test(token)) break;
      if (this.#depth > 0) {
        if (this.#within(token)) {
          const form = this.#held + text.slice(from, end);
          this.#held = '';
          if (this.#discards > 0) this.#discards--;
          else this.take(form, this.#begun);
        }
      } else {
        this.#between(token, { line: this.#line, column: at - lineStart + 1 }, text[end]);
        if (this.#depth > 0) from = token === '#{' ? at + 1 : at;
        // An atom that begins a form is read again as a part of it.
        if (this.#depth > 0 && !/^(?:#\{|[{[(])/.test(token)) {
          end = at;
          continue;
        }
      }
      for (let next = token.indexOf('\n'); next >= 0; next = token.indexOf('\n', next + 1)) {
        this.#line++;
        lineStart = at + next + 1;
      }
    }
    if (this.#depth > 0) this.#held += text.slice(from, at);
    this.#rest = text.slice(at);
    this.#column = at - lineStart + 1;
  }

  /** @throws UsageError where something is not closed; `where` is `line:column` */
  end(): void {
    const rest = this.#rest;
    const place = { line: this.#line, column: this.#column };
    const isTakenAway = rest.startsWith('"') && this.#discards > 0;
    if (this.#depth === 0 && /^[^#;]/.test(rest) && !isTakenAway) this.#atom(rest, place);
    const open = this.#depth > 0 ? this.#begun : this.#holders.at(-1);
    const name = open?.opener === '{' ? 'map' : 'bracket';
    if (open !== undefined)
      throw fault(open, `"${CLOSERS[open.opener]}" for the ${name} that begins here`, 'the end of the file');
    if (isTakenAway) throw fault(place, 'a closing quote', 'the end of the file');
    if (this.#discards > 0 || /^#./.test(rest)) throw fault(this.place, 'a form', 'the end of the file');
  }

  /** Whether the form ends with a token. */
  #within(token: string): boolean {
    if (token === '{' || token === '[' || token === '(') this.#depth++;
    else if (token === '}' || token === ']' || token === ')') return --this.#depth === 0;
    return false;
  }

  /** A token between forms; `next` is the character after it. */
  #between(token: string, place: FormPlace, next: string | undefined): void {
    const first = token[0]!;
    if (first <= ' ' || first === ',' || first === ';') return;
    if (first === '#') {
      this.#undecided = false;
      if (token === '#_') this.#discards++;
      const after = { line: place.line, column: place.column + 1 };
      if (token === '#{') this.#open(token, after);
      if (token === '#') throw fault(after, 'a set or a tag after "#"', excerpt(next ?? ''));
    } else if (first === '{' || ((first === '[' || first === '(') && this.#discards > 0))
      this.#open(first, place);
    else if (first === '[' || first === '(') {
      this.#holders.push({ ...place, opener: first });
      this.#undecided = true;
    } else if (first === ']' || first === ')' || first === '}') {
      const holder = this.#holders.pop();
      if (holder === undefined || CLOSERS[holder.opener] !== first || this.#discards > 0)
        throw fault(place, 'a map or a vector of an operation', `"${first}"`);
      this.#undecided = false;
    } else this.#atom(token, place);
  }

  #open(opener: string, place: FormPlace): void {
    this.#begun = { ...place, opener };
    this.#depth = 1;
    this.#undecided = false;
    if (opener === '#{') this.#held = '#';
  }

  /** An atom between forms: one that is taken away, or the first in a bracket, which then is a form. */
  #atom(token: string, place: FormPlace): void {
    if (this.#discards > 0) {
      this.#discards--;
      return;
    }
    if (!this.#undecided) {
      const shown = token.startsWith('"') ? '"' : token.slice(0, 40);
      throw fault(place, 'a map or a vector of an operation', excerpt(shown));
    }
    this.#begun = this.#holders.pop()!;
    this.#undecided = false;
    this.#depth = 1;
    this.#held = this.#begun.opener;
  }
}

function fault({ line, column }: FormPlace, expected: string, found: string): UsageError {
  return new UsageError({ where: `${line}:${column}`, expected, found });
}
