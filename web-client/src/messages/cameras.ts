import { catalogue } from '../text/text.ts';

export const camerasText = catalogue({
  sound: ['麦克风用于', 'Microphone for'],
  music: ['音乐（原声、立体声）', 'Music (as it sounds, stereo)'],
  musicHint: [
    '不再消除回声：请戴耳机，或关掉教室音箱。',
    'Echo is no longer removed: please wear headphones or turn the loudspeakers off.',
  ],
  cameras: ['我的摄像头画面', 'My cameras'],
  face: ['人像', 'Face'],
  visualiser: ['实物展台', 'Visualiser'],
  both: ['两者都要', 'Both'],
  plugged: ['接入了新摄像头：{name}', 'A camera was plugged in: {name}'],
  useAsVisualiser: ['用作实物展台', 'Use as visualiser'],
  ignore: ['忽略', 'Ignore'],
});
