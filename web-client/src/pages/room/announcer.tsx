import { useState } from 'react';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { orderText } from '../../messages/class-order.ts';
import { toolText } from '../../messages/class-tools.ts';
import { groupText } from '../../messages/groups.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { groupNews } from './groups/group-news.ts';
import { toolNews } from './tools/tool-news.ts';

/** In a full room joins are not read out one by one. */
const TALKATIVE_UP_TO = 12;

const isNew = (list: readonly { readonly seatId: string }[], seatId: string): boolean =>
  !list.some((one) => one.seatId === seatId);

/** What has happened between two states, in words. */
function news(old: InsideState, state: InsideState, t: Translate<typeof roomText>): string[] {
  const said: string[] = [];
  const everybody = [...state.participants, ...old.participants];
  const nameOf = (seatId: string): string => everybody.find((one) => one.seatId === seatId)?.displayName ?? '';
  if (state.participants.length <= TALKATIVE_UP_TO) {
    const came = state.participants.filter((one) => isNew(old.participants, one.seatId));
    const went = old.participants.filter((one) => isNew(state.participants, one.seatId));
    said.push(...came.map((one) => t('saidJoined', { name: one.displayName })));
    said.push(...went.map((one) => t('saidLeft', { name: one.displayName })));
  }
  // Those of other groups are told with the group, to teachers.
  const isInGroup = (seatId: string): boolean => everybody.some((one) => one.seatId === seatId && one.group !== null);
  const hands = state.hands.filter((hand) => isNew(old.hands, hand.seatId) && !isInGroup(hand.seatId));
  said.push(...hands.map((hand) => t('saidHand', { name: nameOf(hand.seatId) })));
  if (may(state, 'manageLobby')) {
    const waiting = state.waiting.filter((one) => isNew(old.waiting, one.seatId));
    said.push(...waiting.map((one) => t('saidWaiting', { name: one.displayName })));
  }
  // Teachers are told by the note at the top line, with its cause.
  if (!isTeacherSeat(state.self.seat) && state.recording !== old.recording) {
    if (state.recording === 'failed') said.push(t('recordingFailed'));
    if (old.recording === 'failed' && state.recording === 'recording') said.push(t('recordingAgain'));
  }
  return said;
}

/** Teachers alone hear of what was reported. */
function reportNews(old: InsideState, { tools }: InsideState, t: Translate<typeof orderText>): string[] {
  const known = new Set(old.tools.reports.map(({ reportId }) => reportId));
  const fresh = tools.reports.filter(({ reportId }) => !known.has(reportId));
  return fresh.map(({ aboutName }) => t('saidReport', { name: aboutName }));
}

/** Who leads the lesson now, when it was somebody else. */
function leadNews(old: InsideState, state: InsideState, t: Translate<typeof orderText>): string[] {
  const leads = ({ participants }: InsideState) => participants.find(({ seat }) => seat === 'lecturer');
  const [before, now] = [leads(old), leads(state)];
  return before === undefined || now === undefined || before.seatId === now.seatId
    ? []
    : [t('saidLeads', { name: now.displayName })];
}

/** Says to a screen reader what others see happen: joins, hands, the lobby, a recording that stops. */
export function Announcer({ state }: { readonly state: InsideState }) {
  const t = useText(roomText);
  const tools = useText(toolText);
  const groups = useText(groupText);
  const order = useText(orderText);
  const [before, setBefore] = useState(state);
  const [words, setWords] = useState(() => t('saidAdmitted'));
  if (before !== state) {
    setBefore(state);
    const said = [
      ...toolNews(before, state, tools),
      ...groupNews(before, state, groups),
      ...news(before, state, t),
      ...leadNews(before, state, order),
      ...reportNews(before, state, order),
    ];
    if (said.length > 0) setWords(said.join('；'));
  }
  return (
    <output className="visually-hidden" aria-live="polite" data-testid="announcer">
      {words}
    </output>
  );
}
