// Takes the contracts' runtime bytecode out of the chain database that @makerdao/testchain publishes as an archive.
//
// The archive holds a file for each entry of the database; entries whose value is bytecode of solc begin as written below.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const folder = "node_modules/@makerdao/testchain/";
const archive = gunzipSync(readFileSync(folder + "snapshots/default.tgz"));
const codes = [];
for (let at = 0; at + 512 <= archive.length; ) {
  const size = parseInt(archive.toString("latin1", at + 124, at + 136), 8) || 0;
  const content = archive.toString("latin1", at + 512, at + 512 + size).trim();
  if (content.startsWith('"0x60806040')) codes.push(JSON.parse(content));
  at += 512 + Math.ceil(size / 512) * 512;
}
if (codes.length === 0) throw new Error("the archive holds no bytecode");
writeFileSync(folder + "runtime.json", JSON.stringify({ codes: codes.sort() }));
