/** What the thread is told when it starts. */
export interface PGliteThreadData {
  readonly dataDir: string;
}

/** Outside of a transaction `transaction` is null. */
export type PGliteOrder =
  | {
      readonly do: 'query';
      readonly transaction: number | null;
      readonly sql: string;
      readonly parameters: readonly unknown[];
    }
  | { readonly do: 'begin'; readonly transaction: number }
  | { readonly do: 'commit'; readonly transaction: number }
  | { readonly do: 'rollback'; readonly transaction: number }
  | { readonly do: 'close' };

export type PGliteRequest = PGliteOrder & { readonly id: number };

/** The fields of a `DatabaseError` that somebody looks at; an error's own do not cross threads. */
export interface PGliteFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  readonly detail?: string | undefined;
}

export interface PGliteResult {
  readonly affectedRows?: number;
  readonly rows: unknown[];
}

export type PGliteReply =
  | { readonly id: number; readonly result: PGliteResult | null }
  | { readonly id: number; readonly failure: PGliteFailure };
