import { catalogue } from '../text/text.ts';

export const checkText = catalogue({
  title: ['网络检测', 'Connection check'],
  intro: [
    '逐项检查上课需要的条件，并指出被阻挡的一步。',
    'Tries everything a lesson needs, step by step, and names the one that is blocked.',
  ],
  start: ['开始检测', 'Start'],
  again: ['重新检测', 'Check again'],
  running: ['正在检测…', 'Checking…'],
  step_https: ['安全连接（HTTPS）', 'Secure connection (HTTPS)'],
  step_websocket: ['课堂信令（WebSocket）', 'Room messages (WebSocket)'],
  step_udp: ['音视频（UDP）', 'Sound and picture (UDP)'],
  step_tcp: ['音视频备用通道（TCP）', 'Sound and picture, fallback (TCP)'],
  step_camera: ['摄像头', 'Camera'],
  step_microphone: ['麦克风', 'Microphone'],
  state_waiting: ['等待', 'waiting'],
  state_running: ['检测中', 'checking'],
  state_passed: ['正常', 'works'],
  state_blocked: ['被阻挡', 'blocked'],
  state_skipped: ['未检测', 'not checked'],
  help_https: [
    '请用 https:// 开头的网址打开。没有它，浏览器不允许使用摄像头和麦克风。',
    'Open this page with https://. Without it browsers give no camera and microphone.',
  ],
  help_websocket: [
    '学校防火墙可能拦截了 WebSocket。请让网管放行本网站的 WebSocket（与网页同一端口）。',
    'A firewall may block WebSocket. Ask your network administrator to allow it on this site’s port.',
  ],
  help_udp: [
    '请让网管放行到服务器 {port} 端口的 UDP。没有 UDP 也能上课，但画质会差一些。',
    'Ask your network administrator to allow UDP to port {port}. Lessons work without it, with less quality.',
  ],
  help_tcp: [
    '请让网管放行到服务器 {port} 端口的 TCP。UDP 正常时可以忽略。',
    'Ask your network administrator to allow TCP to port {port}. This does not matter while UDP works.',
  ],
  help_camera: [
    '请允许浏览器使用摄像头，并关闭正在占用它的程序。',
    'Allow the camera in the browser and close other programs that use it.',
  ],
  help_microphone: [
    '请允许浏览器使用麦克风，并检查是否已插好。',
    'Allow the microphone in the browser and check that it is plugged in.',
  ],
  help_unavailable: ['检测服务暂时不可用，请稍后再试。', 'The check is briefly unavailable. Please try again later.'],
  allGood: ['一切正常，可以上课。', 'Everything works. You are ready for the lesson.'],
  fair: ['可以上课，但 UDP 被阻挡，画质可能较差。', 'Lessons will work, but UDP is blocked: quality may suffer.'],
  unsure: [
    '没有发现被阻挡的步骤，但有几项没能检测，请稍后再试。',
    'Nothing is blocked, but some steps could not be checked. Please try again later.',
  ],
  bad: ['有步骤被阻挡，请按提示处理后再检测。', 'Something is blocked. Please follow the hints and check again.'],
});
