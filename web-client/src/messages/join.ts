import { catalogue } from '../text/text.ts';

export const joinText = catalogue({
  title: ['加入会议', 'Join'],
  invitedBy: ['{teacher}邀请您参加', '{teacher} invites you'],
  at: ['时间：{time}', 'Time: {time}'],
  yourName: ['您的姓名', 'Your name'],
  wardName: ['孩子姓名', 'Your child’s name'],
  wardHint: ['老师会看到“{child}的家长”。', 'The teacher will see “parent of {child}”.'],
  submit: ['加入', 'Join'],
  nameMissing: ['请填写姓名。', 'Please fill in your name.'],
  wardMissing: [
    '请填写孩子的姓名，老师才知道您是谁的家长。',
    'Please fill in your child’s name so that the teacher knows whose parent you are.',
  ],
  lobbyNote: [
    '进入前请在等候室稍候，{teacher}准许后您会自动进入。',
    'You wait in the lobby until {teacher} lets you in.',
  ],
  noCameraTitle: ['这里不能使用摄像头和麦克风', 'Camera and microphone do not work here'],
  weChatBody: [
    '微信里打不开摄像头时，请点右上角“…”，选择“在浏览器打开”，再点加入。',
    'If the camera does not open inside WeChat, tap “…” at the top right, choose “Open in browser”, then join.',
  ],
  insecureBody: [
    '请让老师重新发一个以 https:// 开头的链接。',
    'Please ask the teacher for a link that begins with https://.',
  ],
  otherBody: [
    '请换用手机自带浏览器、Chrome 或 Safari 打开这个链接。',
    'Please open this link in your phone’s own browser, Chrome or Safari.',
  ],
  stillJoin: ['不用摄像头也可以加入观看。', 'You can also join and watch without a camera.'],
  copyLink: ['复制链接', 'Copy link'],
  copied: ['已复制', 'Copied'],
});
