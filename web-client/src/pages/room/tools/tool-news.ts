import type { InsideState } from '../../../call/room-state.ts';
import { duration } from '../../../text/time.ts';
import { chartWords, rightAnswer } from './poll-words.ts';
import type { ToolWords } from './poll-words.ts';

function pollNews(old: InsideState['tools'], { poll }: InsideState['tools'], t: ToolWords): string | null {
  if (poll === null) return null;
  const isSame = old.poll?.pollId === poll.pollId && old.poll.state === poll.state;
  if (isSame) return null;
  if (poll.state === 'open') return t('saidPollOpen', { text: poll.text });
  if (poll.state === 'closed' || poll.result === null) return t('saidPollClosed');
  const right = rightAnswer(poll, poll.result, t);
  const chart = poll.kind === 'short' ? t('answered', { n: poll.result.answered }) : chartWords(poll, poll.result, t);
  const result = right === null ? chart : `${t('rightAnswer', { answer: right })}${t('listSeparator')}${chart}`;
  return t('saidPublished', { result });
}

function raceNews(old: InsideState['tools'], { race }: InsideState['tools'], t: ToolWords): string | null {
  if (race === null || (old.race?.raceId === race.raceId && old.race.state === race.state)) return null;
  if (race.state === 'ready') return t('saidRaceReady');
  return race.winner === null ? t('saidRaceOpen') : t('saidRaceWon', { name: race.winner.displayName });
}

function pageNews(old: InsideState['tools'], { page }: InsideState['tools'], t: ToolWords): string | null {
  if (page === null) return null;
  const isSame = page.coursewareId === old.page?.coursewareId && page.page === old.page.page;
  return isSame ? null : t('saidPage', { n: page.page });
}

/** What has happened with the class between two states, in words. */
export function toolNews({ tools: old }: InsideState, { tools }: InsideState, t: ToolWords): string[] {
  const isNewPick = tools.pick !== null && tools.pick.pickedAtMs !== old.pick?.pickedAtMs;
  const isNewCountdown = tools.countdown !== null && old.countdown === null;
  return [
    pollNews(old, tools, t),
    raceNews(old, tools, t),
    pageNews(old, tools, t),
    isNewPick ? t('saidPicked', { name: tools.pick?.displayName ?? '' }) : null,
    isNewCountdown ? t('saidCountdown', { time: duration(tools.countdown?.durationMs ?? 0) }) : null,
  ].filter((said) => said !== null);
}
