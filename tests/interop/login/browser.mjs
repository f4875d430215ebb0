// Logs in as a person does, in a real Chromium without a window.
//
//   node browser.mjs MODULES [LOOK]
//
// Reads a line of JSON from standard input for each login and answers by one. A login has `start` (the page
// where it begins), `click` (what to press there), `user`, `password`, `press` (what to press at the identity
// provider in place of its button), `home` (what the addresses of the pages begin with where it ends),
// `then` (what to press on the page where it ended, in order to end there once more), `seconds`, and
// `picture` (where to save what is seen at the end, where it is another or `always`). The answer has `url`,
// `text` and `pages` (where it led), and `error` where it did not end. LOOK is JSON: how pages are shown.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { chromium } = createRequire(join(process.argv[2], 'x.js'))('playwright-core');
const USER = 'input[name=username], input[name=user], input[name=login]';
const SEND = 'button[type=submit]:visible, input[type=submit]:visible, form button:visible';

const look = JSON.parse(process.argv[3] ?? '{}');
const browser = await chromium.launch({
  executablePath: process.env.LOGIN_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--no-first-run', '--no-proxy-server'],
});

// Address and content; a page that is leaving has neither.
async function shown(page) {
  try {
    return page.url() + await page.content();
  } catch {
    return '';
  }
}

// What a person would do on this page: fill it in, and send it.
async function step(page, order) {
  const password = page.locator('input[type=password]:visible');
  const asked = await password.count();
  // A page that posts itself is left alone: a second post would be a second login.
  if (!asked && await page.locator('input[name=SAMLResponse], input[name=SAMLRequest]').count()) return;
  if (asked) {
    await page.locator(USER).locator('visible=true').first().fill(order.user);
    await password.first().fill(order.password);
  }
  const send = page.locator(order.press ?? SEND);
  // Home may have come meanwhile, and has buttons of its own.
  if (await send.count() && !home(page, order)) await press(page, send);
}

function home(page, order) {
  return order.home.some(address => page.url().startsWith(address));
}

async function press(page, found) {
  await Promise.all([page.waitForEvent('domcontentloaded'), found.first().click()]);
}

// From page to page, until it is home again.
async function follow(page, order, end) {
  let before = await shown(page);
  let idle = 0;
  let steps = 0;
  while (!home(page, order)) {
    if (Date.now() > end) throw new Error('it took too long');
    // Once for each page that is new.
    if (idle === 0) {
      if (steps++ === 10) throw new Error('there is page after page');
      await step(page, order);
    }
    await page.waitForTimeout(100);
    const now = await shown(page);
    idle = now === before ? idle + 1 : 0;
    before = now;
    if (idle === 15) throw new Error('no further page');
  }
  await page.waitForLoadState();
}

async function login(order) {
  const context = await browser.newContext({ locale: 'en-GB', ...look });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  const pages = [];
  page.on('framenavigated', frame => { if (frame === page.mainFrame()) pages.push(frame.url().split('?')[0]); });
  const answer = { pages };
  const end = Date.now() + order.seconds * 1000;
  try {
    await page.goto(order.start);
    if (order.click) await press(page, page.locator(order.click));
    await follow(page, order, end);
    if (order.then) {
      await press(page, page.locator(order.then));
      await follow(page, order, end);
    }
  } catch (error) {
    answer.error = String(error.message).split('\n')[0];
  }
  try {
    answer.url = page.url();
    answer.text = (await page.locator('body').innerText()).slice(0, 20000);
    if (order.picture && (order.always || answer.error)) await page.screenshot({ path: order.picture, fullPage: true });
  } catch (error) {
    answer.error ??= String(error.message).split('\n')[0];
  }
  await context.close();
  return answer;
}

console.log(JSON.stringify({ browser: browser.version() }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await login(JSON.parse(line))));
}
await browser.close();
