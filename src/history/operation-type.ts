/** What operations do, and to what. */
export type OperationType = 'read' | 'write' | 'cas' | 'append' | 'add' | 'enqueue' | 'dequeue' | 'transfer';

/** Whether the value of such an operation is the answer to it, rather than what it was asked with. */
export function isAnswered(f: OperationType): boolean {
  return f === 'read' || f === 'dequeue';
}

/** A value as clients write and read it; null: nothing there. */
export type Value = string | number | boolean | null | Value[];
