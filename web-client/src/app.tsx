import { Component, Suspense } from 'react';
import type { ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useSession, useSystem } from './api/queries.ts';
import { shellText } from './messages/shell.ts';
import { pages } from './pages/pages.ts';
import { translator, useText } from './text/text.ts';
import { Button, LinkButton } from './ui/button.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from './ui/panels.tsx';
import { Page } from './ui/page.tsx';

/** The last net: a page that cannot render says so and offers to start again. */
class CrashNet extends Component<{ readonly children: ReactNode }, { readonly crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error('page crashed', error);
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    const t = translator(shellText);
    return (
      <EmptyPanel isWholePage title={t('crashTitle')}>
        <p>{t('crashBody')}</p>
        <Button look="primary" onClick={() => location.reload()}>
          {t('reload')}
        </Button>
      </EmptyPanel>
    );
  }
}

function NotFoundPage() {
  const t = useText(shellText);
  return (
    <Page title={t('notFoundTitle')} width="narrow">
      <EmptyPanel isWholePage title={t('notFoundTitle')}>
        <p>{t('notFoundBody')}</p>
        <LinkButton href="/" look="primary">
          {t('back')}
        </LinkButton>
      </EmptyPanel>
    </Page>
  );
}

/** Pages of signed-in people. Where somebody wanted to go is kept through the sign-in and the first own password. */
function SignedIn({ children }: { readonly children: ReactNode }) {
  const t = useText(shellText);
  const session = useSession();
  const [location] = useLocation();
  if (session.isPending) return <Skeleton height={240} />;
  if (session.isError && session.data === undefined) {
    return (
      <Page title={t('product')} width="narrow">
        <FailurePanel error={session.error} onRetry={() => void session.refetch()} />
      </Page>
    );
  }
  if (session.data === null || session.data === undefined) {
    return <Redirect to={location === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(location)}`} replace />;
  }
  if (session.data.mustChangePassword && location !== '/password') {
    return <Redirect to={`/password?to=${encodeURIComponent(location)}`} replace />;
  }
  return children;
}

function Routes() {
  useSystem();
  return (
    <Switch>
      {pages.open.map(({ path, Page: OpenPage }) => (
        <Route key={path} path={path}>
          <OpenPage />
        </Route>
      ))}
      {pages.signedIn.map(({ path, Page: InnerPage }) => (
        <Route key={path} path={path}>
          <SignedIn>
            <InnerPage />
          </SignedIn>
        </Route>
      ))}
      <Route component={NotFoundPage} />
    </Switch>
  );
}

export function App() {
  return (
    <CrashNet>
      <Suspense fallback={<Skeleton height={240} />}>
        <Routes />
      </Suspense>
    </CrashNet>
  );
}
