/**
 * Histories of a key-value store, one event to a line:
 *
 *     {:process 0, :type :invoke, :f :append, :key "3", :value "x 0 1 y"}
 *     {:process 1, :type :ok, :f :get, :key "3", :value "x 0 1 y"}
 *
 * It is EDN with a key of its own; `get`, `put` and `append` are reads, writes and appends of texts.
 */
import { EdnReader } from './edn.js';

export class KvReader extends EdnReader {}
