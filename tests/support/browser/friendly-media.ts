import type { BrowserContext } from 'playwright-core';

/** Who or what a drawn camera shows. */
export interface DrawnLook {
  readonly figure: 'teacher' | 'pupil' | 'parent' | 'class';
  readonly cloth: string;
  readonly wall: string;
}

/** From here on senders are screens (`useTimecodeMedia`). */
const FIRST_SCREEN_SENDER = 100;

type Draw = CanvasRenderingContext2D;

/** What the scripts below leave for one another on the page. */
interface Drawings {
  disc(draw: Draw, x: number, y: number, rx: number, ry: number, colour: string): void;
  head(draw: Draw, x: number, y: number, size: number, cloth: string): void;
  person(draw: Draw, width: number, height: number, swayPx: number): void;
  classroom(draw: Draw, width: number, height: number, swayPx: number): void;
  slide(draw: Draw, width: number, height: number): void;
}
declare global {
  var drawings: Drawings;
}

interface DrawnOptions {
  readonly look: DrawnLook;
  readonly firstScreen: number;
}

function installHead(): void {
  const disc = (draw: Draw, x: number, y: number, rx: number, ry: number, colour: string): void => {
    draw.fillStyle = colour;
    draw.beginPath();
    draw.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    draw.fill();
  };
  const head = (draw: Draw, x: number, y: number, size: number, cloth: string): void => {
    disc(draw, x, y + size * 2.55, size * 1.9, size * 1.5, cloth);
    draw.fillStyle = '#e8b48f';
    draw.fillRect(x - size * 0.32, y + size * 0.7, size * 0.64, size * 0.6);
    disc(draw, x, y - size * 0.25, size * 1.02, size * 1.05, '#2b211d');
    disc(draw, x, y, size * 0.82, size, '#f3c7a5');
    disc(draw, x, y - size * 0.78, size * 0.86, size * 0.42, '#2b211d');
    for (const side of [-1, 1]) disc(draw, x + side * size * 0.32, y + size * 0.02, size * 0.08, size * 0.1, '#2b211d');
    draw.strokeStyle = '#b4533f';
    draw.lineWidth = size * 0.09;
    draw.lineCap = 'round';
    draw.beginPath();
    draw.arc(x, y + size * 0.3, size * 0.3, 0.25 * Math.PI, 0.75 * Math.PI);
    draw.stroke();
  };
  const nothing = (): void => undefined;
  globalThis.drawings = { disc, head, person: nothing, classroom: nothing, slide: nothing };
}

function installFigures({ look }: DrawnOptions): void {
  const glasses = (draw: Draw, x: number, y: number, size: number): void => {
    draw.strokeStyle = '#334155';
    draw.lineWidth = size * 0.06;
    for (const side of [-1, 1]) {
      draw.beginPath();
      draw.arc(x + side * size * 0.33, y + size * 0.03, size * 0.25, 0, 2 * Math.PI);
      draw.stroke();
    }
  };
  const person = (draw: Draw, width: number, height: number, swayPx: number): void => {
    draw.fillStyle = look.wall;
    draw.fillRect(0, 0, width, height);
    draw.fillStyle = '#ffffff22';
    draw.fillRect(width * 0.06, height * 0.1, width * 0.26, height * 0.5);
    draw.fillRect(width * 0.7, height * 0.16, width * 0.24, height * 0.05);
    draw.fillRect(width * 0.7, height * 0.34, width * 0.24, height * 0.05);
    const size = height * (look.figure === 'pupil' ? 0.21 : 0.23);
    const [x, y] = [width / 2 + swayPx, height * 0.42];
    globalThis.drawings.head(draw, x, y, size, look.cloth);
    if (look.figure === 'teacher') glasses(draw, x, y, size);
    if (look.figure !== 'pupil') return;
    draw.fillStyle = '#dc2626';
    draw.beginPath();
    draw.moveTo(x - size * 0.7, y + size * 1.25);
    draw.lineTo(x + size * 0.7, y + size * 1.25);
    draw.lineTo(x, y + size * 2);
    draw.fill();
  };
  const classOf = (draw: Draw, width: number, height: number, swayPx: number): void => {
    draw.fillStyle = look.wall;
    draw.fillRect(0, 0, width, height);
    draw.fillStyle = '#0f4c3a';
    draw.fillRect(width * 0.2, height * 0.05, width * 0.6, height * 0.2);
    for (let row = 0; row < 3; row += 1) {
      const size = height * (0.055 + row * 0.018);
      const count = 8 - row;
      for (let place = 0; place < count; place += 1) {
        const x = (width * (place + 0.5)) / count + swayPx * (place % 2 === 0 ? 0.4 : -0.4);
        globalThis.drawings.head(draw, x, height * (0.38 + row * 0.22), size, place % 3 === 0 ? '#1d4ed8' : look.cloth);
      }
    }
  };
  Object.assign(globalThis.drawings, { person, classroom: classOf });
}

function installSlide(): void {
  const slide = (draw: Draw, width: number, height: number): void => {
    const sky = draw.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, '#fdf6e3');
    sky.addColorStop(1, '#dcebe4');
    draw.fillStyle = sky;
    draw.fillRect(0, 0, width, height);
    const hills = [
      ['#b9d3c8', 0.62, 0.2],
      ['#86b3a3', 0.74, 0.14],
      ['#4d8a78', 0.86, 0.1],
    ] as const;
    for (const [colour, base, rise] of hills) {
      draw.fillStyle = colour;
      draw.beginPath();
      draw.moveTo(0, height);
      for (let x = 0; x <= width; x += 8) {
        const wave = Math.sin((x / width) * 7 + base * 9) + 0.5 * Math.sin((x / width) * 17 + base * 5);
        draw.lineTo(x, height * (base - rise * 0.4 * wave));
      }
      draw.lineTo(width, height);
      draw.fill();
    }
    globalThis.drawings.disc(draw, width * 0.86, height * 0.17, height * 0.075, height * 0.075, '#e2725b');
    draw.fillStyle = '#ffffffd0';
    draw.fillRect(width * 0.735, height * 0.36, width * 0.03, height * 0.5);
    const write = (text: string, x: number, y: number, size: number, colour = '#1f2937'): void => {
      draw.fillStyle = colour;
      draw.font = `${height * size}px "Noto Serif CJK SC", "Noto Sans CJK SC", serif`;
      draw.fillText(text, width * x, height * y);
    };
    write('望庐山瀑布', 0.08, 0.19, 0.1);
    write('〔唐〕李白', 0.47, 0.19, 0.045, '#6b7280');
    const verses = ['日照香炉生紫烟，', '遥看瀑布挂前川。', '飞流直下三千尺，', '疑是银河落九天。'];
    verses.forEach((verse, index) => write(verse, 0.1, 0.35 + index * 0.125, 0.078));
    write('想一想：诗人为什么说“疑是”？', 0.08, 0.94, 0.048, '#ffffff');
  };
  globalThis.drawings.slide = slide;
}

/** A drawn person before a wall, a classroom, or a slide, in place of the timecode. */
function installDrawnPicture({ look, firstScreen }: DrawnOptions): void {
  globalThis.timecodeKit.picture = (sender) => {
    const isScreen = sender >= firstScreen;
    const [width, height] = isScreen ? [1280, 720] : [640, 360];
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const draw = canvas.getContext('2d', { alpha: false });
    if (draw === null) throw new Error('no canvas');
    const paint = (): void => {
      const swayPx = Math.sin(performance.now() / 900) * width * 0.006;
      if (isScreen) globalThis.drawings.slide(draw, width, height);
      else if (look.figure === 'class') globalThis.drawings.classroom(draw, width, height, swayPx);
      else globalThis.drawings.person(draw, width, height, swayPx);
    };
    paint();
    const [track] = canvas.captureStream(10).getVideoTracks();
    if (track === undefined) throw new Error('no canvas track');
    const timer = setInterval(paint, 100);
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };
}

/** Pictures for people: call it on a device before its first page is opened. */
export async function useDrawnMedia(context: BrowserContext, look: DrawnLook): Promise<void> {
  const options: DrawnOptions = { look, firstScreen: FIRST_SCREEN_SENDER };
  await context.addInitScript(installHead);
  await context.addInitScript(installFigures, options);
  await context.addInitScript(installSlide);
  await context.addInitScript(installDrawnPicture, options);
}
