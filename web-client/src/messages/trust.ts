import { catalogue } from '../text/text.ts';

export const trustText = catalogue({
  title: ['信任本机证书', 'Trust this server'],
  why: [
    '浏览器只在 HTTPS 下允许使用摄像头。本系统在局域网里用自己的证书，请在每台设备上安装并信任一次。',
    'Browsers give a camera only over HTTPS. On a local network this system uses its own certificate; install and trust it once on each device.',
  ],
  download: ['下载证书', 'Download the certificate'],
  none: [
    '本系统没有使用本机证书，不需要这些步骤。',
    'This system does not use a local certificate. You need none of these steps.',
  ],
  iphone: ['iPhone / iPad', 'iPhone / iPad'],
  iphone1: ['用 Safari 点“下载证书”，选择“允许”。', 'In Safari tap “Download the certificate” and choose “Allow”.'],
  iphone2: ['打开“设置”→“已下载描述文件”→“安装”。', 'Open Settings → Profile Downloaded → Install.'],
  iphone3: [
    '再到“设置”→“通用”→“关于本机”→“证书信任设置”，打开“同课”的开关。',
    'Then Settings → General → About → Certificate Trust Settings: switch on “Tongke”.',
  ],
  android: ['安卓手机', 'Android'],
  android1: ['点“下载证书”，保存到手机。', 'Tap “Download the certificate” and save it.'],
  android2: [
    '打开“设置”→“安全”→“加密与凭据”→“安装证书”→“CA 证书”。',
    'Open Settings → Security → Encryption & credentials → Install a certificate → CA certificate.',
  ],
  android3: ['选择刚才下载的 tongke-ca.crt，确认安装。', 'Choose the downloaded tongke-ca.crt and confirm.'],
  windows: ['Windows 电脑', 'Windows'],
  windows1: [
    '点“下载证书”，双击打开 tongke-ca.crt，点“安装证书”。',
    'Download the certificate, double-click tongke-ca.crt, click “Install Certificate”.',
  ],
  windows2: [
    '选择“本地计算机”→“将所有的证书都放入下列存储”→“受信任的根证书颁发机构”。',
    'Choose Local Machine → Place all certificates in the following store → Trusted Root Certification Authorities.',
  ],
  windows3: ['完成后关闭并重新打开浏览器。', 'When it is done, close the browser and open it again.'],
  after: [
    '完成后刷新页面：地址栏不再提示“不安全”，就可以使用摄像头了。',
    'Reload afterwards: when the address bar no longer says “not secure”, the camera works.',
  ],
});
