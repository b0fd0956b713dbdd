// Opens the pages in Chromium as a reader would, and says what is wrong with them.
//
// node report.cjs MODULES CHROMIUM FOLDER: the folder holds the pages, and gets a screenshot of each look, and the PDF.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");

const [modules, chromium, folder] = process.argv.slice(2);
const report = path.join(folder, "report.en.html");
const load = createRequire(path.join(modules, "here.js"));
const puppeteer = load("puppeteer-core");
const axe = fs.readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

let passed = 0;
const problems = [];
function check(holds, what) {
  if (holds) passed += 1;
  else problems.push(what);
}

const LOOKS = [
  { name: "desktop-light", width: 1280, scheme: "light" },
  { name: "desktop-dark", width: 1280, scheme: "dark" },
  { name: "phone-light", width: 390, scheme: "light" },
  { name: "phone-dark", width: 390, scheme: "dark" },
];

// Every page: the report at each look, what shares its style at the two that differ most, the largest at one.
const PAGES = [
  ["report.en.html", LOOKS],
  ["large.html", [LOOKS[0]]],
  ...[
    "report.ja.html",
    "difference.html",
    "history.ja.html",
    "logs.en.html",
    "logs.ja.html",
    "accounts/100000000000.html",
  ].map((page) => [page, [LOOKS[0], LOOKS[3]]]),
];

// A page of which all that it asks for and complains of is kept.
async function open(browser, { width, scheme, scripts = true, file = report }) {
  const page = await browser.newPage();
  const asked = [];
  const said = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setJavaScriptEnabled(scripts);
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  return { page, asked, said };
}

async function look(browser, wanted) {
  const { page, asked, said } = await open(browser, wanted);
  const { name, width } = wanted;
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(overflow <= 0, `${name}: the page is ${overflow} px wider than the window`);
  await page.screenshot({ path: path.join(folder, `${name}.png`), clip: { x: 0, y: 0, width, height: 4000 }, captureBeyondViewport: true });
  // Everything opened: what is hidden is not judged.
  await page.evaluate(() => document.querySelectorAll("details").forEach((one, at) => { if (at < 60) one.open = true; }));
  // Axe comes through the debugger, past the page's policy, which would refuse it.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of found.violations) {
    const serious = impact === "serious" || impact === "critical";
    check(!serious, `${name}: axe ${id} (${impact}): ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  }
  check(found.passes.length > 10, `${name}: axe judged nothing`);
  const outside = asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
  check(outside.length === 0, `${name}: it asked for ${outside.join(", ")}`);
  check(asked.filter((url) => url.startsWith("file:")).length === 1, `${name}: it asked for ${asked.join(", ")}`);
  check(said.length === 0, `${name}: the console says ${said.join(" | ")}`);
  await page.close();
}

// Every picture says in words what it shows, and is there at a glance.
async function pictures(browser) {
  const { page } = await open(browser, LOOKS[0]);
  for (const [id, picture, words] of [
    ["summary", ".trend li svg", ".trend li strong"],
    ["changes", ".counts li", "details summary"],
    ["scores", "svg.bar", "td.number"],
    ["map", "table.map td", "table.map td .sr"],
    ["flow", "svg.flow .node", "details table tr"],
    ["paths", "svg.flow .node", "details table tr"],
    ["timeline", ".times svg.time rect", ".times .sum"],
  ]) {
    const [drawn, told] = await page.evaluate((id, picture, words) => [picture, words].map((css) => document.querySelectorAll(`#${id} ${css}`).length), id, picture, words);
    check(drawn > 0 && told > 0, `pictures: ${id} shows ${drawn} and says ${told}`);
    const part = await page.$(`#${id}`);
    if (part) await part.screenshot({ path: path.join(folder, `part-${id}.png`) });
  }
  const broken = await page.$$eval("#flow .link.bad", (all) => all.map((one) => getComputedStyle(one).stroke));
  const whole = await page.$eval("#flow .link:not(.bad)", (one) => getComputedStyle(one).stroke);
  check(broken.length > 0 && !broken.includes(whole), "pictures: a broken link looks like a whole one");
  const gaps = await page.$$eval("#timeline .time .gap", (all) => all.filter((one) => one.getBoundingClientRect().width >= 2).length);
  check(gaps > 0, "pictures: no gap of the demo can be seen");
  await page.close();
}

async function filter(browser) {
  const { page, said } = await open(browser, LOOKS[0]);
  const shown = () => page.evaluate(() => [...document.querySelectorAll(".card")].filter((one) => one.checkVisibility()).map((one) => ({ ...one.dataset })));
  const told = () => page.$eval("#filter-told", (one) => one.textContent);
  const set = (name, value) => page.evaluate((name, value) => {
    const field = document.getElementById("filter").elements[name];
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, name, value);
  const all = await shown();
  check(all.length > 0, "filter: there is no finding to filter");
  check((await told()).startsWith("All "), `filter: at first it says ${await told()}`);

  await set("severity", "critical");
  const critical = await shown();
  check(critical.length > 0 && critical.length < all.length, `filter: ${critical.length} of ${all.length} are critical`);
  check(critical.every((card) => card.severity === "critical"), "filter: by severity");
  check(/^\d+ of \d+ findings/.test(await told()), `filter: by severity it says ${await told()}`);

  await set("severity", "");
  await set("status", "undecided");
  check((await shown()).every((card) => card.status === "undecided"), "filter: by status");
  await set("status", "");
  const { group } = all[0];
  await set("group", group);
  check((await shown()).every((card) => card.group === group), "filter: by question");
  await set("group", "");

  const account = await page.$eval("#failed .row .id", (one) => one.textContent);
  await set("text", account);
  const rows = await page.evaluate(() => [...document.querySelectorAll(".card .row")].filter((one) => one.checkVisibility()).map((one) => one.textContent));
  check(rows.length > 0 && rows.every((row) => row.includes(account)), `filter: by the text ${account}`);
  await set("text", "no finding holds this text");
  check((await shown()).length === 0, "filter: by a text that nothing holds");
  await page.click("#filter button[type=reset]");
  await page.waitForFunction(() => document.getElementById("filter-told").textContent.startsWith("All "));
  check((await shown()).length === all.length, "filter: after clearing");

  // By the keyboard alone: a card opens with Enter.
  await page.focus("#failed-1 > summary");
  await page.keyboard.press("Enter");
  check(await page.$eval("#failed-1", (one) => one.open), "keyboard: Enter opens no card");
  await page.evaluate(() => { location.hash = "#failed-2"; });
  await page.waitForFunction(() => document.getElementById("failed-2").open);
  await page.screenshot({ path: path.join(folder, "findings.png") });
  check(said.length === 0, `filter: the console says ${said.join(" | ")}`);
  await page.close();
}

// Where there is too much for one page, the first leads to each account's.
async function large(browser) {
  const { page } = await open(browser, { ...LOOKS[0], file: path.join(folder, "large.html") });
  const links = await page.$$eval("a[href^='accounts/']", (all) => all.map((one) => one.getAttribute("href")));
  check(links.length > 0, "large: it leads to no account's page");
  const dead = links.filter((link) => !fs.existsSync(path.join(folder, link.split("#")[0])));
  check(dead.length === 0, `large: it leads to nothing: ${dead.slice(0, 3).join(", ")}`);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  check(elements < 100_000, `large: ${elements} elements are more than a browser shows at once`);
  await page.close();
}

// The page without scripts: all is there, and the filter, which would do nothing, is not.
async function plain(browser) {
  const { page } = await open(browser, { ...LOOKS[0], scripts: false });
  const tree = await page.accessibility.snapshot();
  const names = JSON.stringify(tree);
  for (const name of ["Where it stands", "What is recorded where", "When it was recorded", "What changed since", "Findings"]) {
    check(names.includes(name), `without scripts: no ${name}`);
  }
  check(!names.includes("Filter the findings"), "without scripts: the filter is shown");
  await page.close();
}

async function print(browser) {
  const { page } = await open(browser, LOOKS[0]);
  await page.emulateMediaType("print");
  const clipped = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("td, th, p, li, svg")].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > room + 1);
    return over.slice(0, 3).map((one) => `${one.tagName} ${one.className.baseVal ?? one.className}: ${one.textContent.slice(0, 60)}`);
  });
  await page.setViewport({ width: 700, height: 1000 });
  check(clipped.length === 0, `print: beyond the paper: ${clipped.join(" | ")}`);
  const hidden = await page.evaluate(() => ["nav", "#filter"].every((one) => !document.querySelector(one).checkVisibility()));
  check(hidden, "print: what only a screen needs is printed");
  const heads = await page.$$eval("thead", (all) => all.every((one) => getComputedStyle(one).display === "table-header-group"));
  check(heads, "print: heads of tables are not repeated");
  const pdf = await page.pdf({ path: path.join(folder, "report.pdf"), format: "A4", preferCSSPageSize: true, printBackground: true });
  check(pdf.length > 20000, "print: there is no PDF");
  await page.close();
}

(async () => {
  fs.mkdirSync(folder, { recursive: true });
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    for (const [page, looks] of PAGES) {
      for (const wanted of looks) {
        const name = `${path.basename(page, ".html")}-${wanted.name}`;
        await look(browser, { ...wanted, name, file: path.join(folder, page) });
      }
    }
    await large(browser);
    await pictures(browser);
    await filter(browser);
    await plain(browser);
    await print(browser);
  } finally {
    await browser.close();
  }
  problems.forEach((problem) => console.error(problem));
  console.log(`${passed} passed, ${problems.length} failed`);
  process.exit(problems.length === 0 ? 0 : 1);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
