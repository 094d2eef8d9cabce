import { Menu } from '@base-ui/react/menu';
import { Captions, Settings2 } from 'lucide-react';
import { useLocation } from 'wouter';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { captionsText } from '../../messages/captions.ts';
import { CAPTION_SIZES, type CaptionSize } from '../../player/player-memory.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { captionName } from './captions-query.ts';
import { Choice, PlayerMenu } from './player-menus.tsx';
import type { ShownCaptions } from './use-captions.ts';
import styles from './control-bar.module.css';

const OFF = 'off';

/** Language, size, and for those who may the way to manage them. Nothing where there are no captions to be had. */
export function CaptionMenu({
  captions,
  recordingId,
}: {
  readonly captions: ShownCaptions;
  readonly recordingId: RecordingId;
}) {
  const t = useText(captionsText);
  const page = useLanguage();
  const [, navigate] = useLocation();
  const { choices, shown, size, mayManage } = captions;
  if (choices.length === 0 && !mayManage) return null;
  return (
    <PlayerMenu label={t('captions')} icon={Captions} testId="player-captions" isOn={shown !== null}>
      {choices.length > 0 && (
        <>
          <Menu.RadioGroup
            value={shown ?? OFF}
            onValueChange={(value: string) => captions.choose(value === OFF ? null : value)}
          >
            <Choice value={OFF} testId="player-captions-off">
              {t('off')}
            </Choice>
            {choices.map((choice) => (
              <Choice key={choice.language} value={choice.language} testId={`player-captions-${choice.language}`}>
                {captionName(choice, page)}
              </Choice>
            ))}
          </Menu.RadioGroup>
          <Menu.Group>
            <Menu.GroupLabel className={styles.groupLabel}>{t('size')}</Menu.GroupLabel>
            <Menu.RadioGroup value={size} onValueChange={(value: CaptionSize) => captions.resize(value)}>
              {CAPTION_SIZES.map((each) => (
                <Choice key={each} value={each} testId={`player-captions-size-${each}`}>
                  {t(`size_${each}`)}
                </Choice>
              ))}
            </Menu.RadioGroup>
          </Menu.Group>
        </>
      )}
      {mayManage && (
        <Menu.Item
          className={[styles.item, choices.length > 0 ? styles.apart : ''].join(' ')}
          onClick={() => navigate(`/watch/${recordingId}/captions`)}
          data-testid="player-captions-manage"
        >
          <span className={styles.tick}>
            <Settings2 aria-hidden />
          </span>
          {t('manage')}
        </Menu.Item>
      )}
    </PlayerMenu>
  );
}
