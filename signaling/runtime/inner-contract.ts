import type * as z from 'zod';

/**
 * How a contract between two of our processes is written: requests with parameters and a result, notices from the
 * server to the client. From this one value come the typed client, the exhaustive server binding and the parsing.
 */
export interface InnerContract {
  readonly requests: Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>;
  readonly notices: Readonly<Record<string, z.ZodType>>;
}

export function defineInnerContract<const C extends InnerContract>(contract: C): C {
  return contract;
}

export type InnerRequestName<C extends InnerContract> = keyof C['requests'] & string;
export type InnerNoticeName<C extends InnerContract> = keyof C['notices'] & string;
/** What the caller passes (before defaults are filled in). */
export type InnerParams<C extends InnerContract, N extends InnerRequestName<C>> = z.input<C['requests'][N]['params']>;
/** What the handler gets (after parsing). */
export type InnerParsedParams<C extends InnerContract, N extends InnerRequestName<C>> = z.output<
  C['requests'][N]['params']
>;
export type InnerResult<C extends InnerContract, N extends InnerRequestName<C>> = z.output<C['requests'][N]['result']>;
export type InnerNotice<C extends InnerContract, N extends InnerNoticeName<C>> = z.output<C['notices'][N]>;

/** Missing handlers do not compile. `Peer` is the connection's own state. */
export type InnerHandlers<C extends InnerContract, Peer> = {
  readonly [N in InnerRequestName<C>]: (
    params: InnerParsedParams<C, N>,
    peer: Peer,
  ) => Promise<z.input<C['requests'][N]['result']>> | z.input<C['requests'][N]['result']>;
};
