// Writes what the other pages are made of, from the demo's report and the worked digest chains.
//
// node prepare.cjs REPORT CHAINS FOLDER: large.json, a report of ten thousand accounts, each after one of the demo's with
// three of its results; and mirror, metadata, keys.json and asked.txt: a bucket of which one log file was changed and the
// newest digest is gone, its name and the time to prove.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");

const [report, chains, folder] = process.argv.slice(2);
const ACCOUNTS = 10_000;

function large() {
  const { results, scope, score, coverage, ...rest } = JSON.parse(fs.readFileSync(report, "utf8"));
  const of = (list, name, id) => list.filter((one) => one[name] === id);
  const worst = (one) => ["fail", "unknown"].indexOf(one.status) >>> 0;
  const models = scope.accounts
    .filter((one) => of(score.accounts, "account_id", one.id).length > 0)
    .map((account) => ({
      account,
      results: of(results, "account_id", account.id).sort((one, other) => worst(one) - worst(other)).slice(0, 3),
      score: of(score.accounts, "account_id", account.id),
    }));
  const all = { results: [], accounts: [], scores: [] };
  for (let at = 0; at < ACCOUNTS; at += 1) {
    const model = models[at % models.length];
    const id = String(100_000_000_000 + at);
    all.accounts.push({ ...model.account, id, name: `${model.account.name}-${at}` });
    all.scores.push(...model.score.map((one) => ({ ...one, account_id: id })));
    for (const result of model.results) {
      const fingerprint = crypto.createHash("sha256").update(`${id}${result.fingerprint}`).digest("hex");
      all.results.push({ ...result, account_id: id, fingerprint });
    }
  }
  const sums = { ...coverage.accounts, listed: ACCOUNTS, assessed: ACCOUNTS, unread: 0, excluded: 0, not_active: 0 };
  const document = {
    ...rest,
    results: all.results,
    scope: { ...scope, accounts: all.accounts },
    score: { ...score, accounts: all.scores },
    coverage: { ...coverage, accounts: sums },
  };
  fs.writeFileSync(path.join(folder, "large.json"), JSON.stringify(document));
}

function bucket() {
  const vectors = JSON.parse(fs.readFileSync(chains, "utf8"));
  const { objects, public_keys: keys, range } = vectors.bases["base-gap"];
  const put = (root, key, bytes) => {
    const file = path.join(folder, root, key);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  };
  for (const { key, gz_base64: bytes, metadata } of objects) {
    put("mirror", key, Buffer.from(bytes, "base64"));
    if (metadata) put("metadata", `${key}.json`, JSON.stringify(metadata));
  }
  const names = objects.map((one) => one.key);
  const [digests, logs] = [true, false].map((wanted) => names.filter((key) => key.includes("CloudTrail-Digest") === wanted));
  put("mirror", logs[0], zlib.gzipSync('{"Records":[]}'));
  fs.rmSync(path.join(folder, "mirror", digests.sort().at(-1)));
  put(".", "keys.json", JSON.stringify(keys));
  put(".", "asked.txt", [vectors.bucket, ...range].join("\n"));
}

large();
bucket();
