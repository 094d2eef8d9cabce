import { useState } from 'react';
import type { SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { PeopleImport } from './people-import.tsx';
import { PeopleList } from './people-list.tsx';
import { SlipsView } from './slips-view.tsx';

/** Slips are shown once, so they take the whole place until somebody has dealt with them. */
type View =
  | { readonly name: 'list' }
  | { readonly name: 'import' }
  | { readonly name: 'slips'; readonly slips: readonly SignInSlip[]; readonly skipped: number };

export function PeopleSection() {
  const [view, setView] = useState<View>({ name: 'list' });
  const showList = (): void => setView({ name: 'list' });
  const showSlips = (slips: readonly SignInSlip[], skipped = 0): void => setView({ name: 'slips', slips, skipped });
  switch (view.name) {
    case 'list':
      return <PeopleList onImport={() => setView({ name: 'import' })} onSlips={showSlips} />;
    case 'import':
      return <PeopleImport onBack={showList} onImported={showSlips} />;
    case 'slips':
      return <SlipsView slips={view.slips} skipped={view.skipped} onDone={showList} />;
  }
}
