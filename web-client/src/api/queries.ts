import { MutationCache, QueryCache, QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Me } from '../../../signaling/protocol/rest/shapes.ts';
import { callApi } from './api.ts';
import { asFailure } from './request-failure.ts';

const FRESH_MS = 10_000;
const RETRIES = 3;

export function createQueryClient(): QueryClient {
  /** A password that was given out meanwhile: the page that asks for an own one comes by itself. */
  const onError = (error: unknown): void => {
    if (asFailure(error).code !== 'passwordChangeRequired') return;
    void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // What a person may not do will not become allowed by asking again; a line that was away may be back.
        retry: (count, error) => count < RETRIES && asFailure(error).isConnection,
        refetchOnWindowFocus: true,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => callApi('systemInfo', undefined, signal),
  staleTime: 5 * 60_000,
});

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => (await callApi('whoAmI', undefined, signal)).me,
  staleTime: 60_000,
});

export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: ({ signal }) => callApi('home', undefined, signal),
  refetchInterval: 20_000,
});

export const useSystem = () => useQuery(systemQuery);
export const useSession = () => useQuery(sessionQuery);

/** What everybody learns at once when somebody signs in or out: nothing of the person before may stay in memory. */
export function useSessionChange(): (me: Me | null) => void {
  const client = useQueryClient();
  return (me) => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'system' && query.queryKey[0] !== 'session' });
    client.setQueryData(sessionQuery.queryKey, me);
  };
}
