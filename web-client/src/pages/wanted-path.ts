/** Where somebody wanted to go before this page came in between; only a path of our own, never somewhere else. */
export function wantedPath(search: string): string {
  const to = new URLSearchParams(search).get('to') ?? '/';
  return to.startsWith('/') && !to.startsWith('//') && !to.includes('\\') ? to : '/';
}
