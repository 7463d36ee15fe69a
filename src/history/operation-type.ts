/** What operations do, and to what. */
export type OperationType = 'read' | 'write' | 'cas' | 'append' | 'add';
/** A value as clients write and read it; null: nothing there. */
export type Value = string | number | boolean | null | Value[];
