// Compiles the packages that hold sources only, with the compiler and the settings of the deployed contracts. The
// artifacts go beside the packages, where nothing is ever committed: node_modules/.levmine/<file>/<contract>.json.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");

const JOBS = [
  {
    compiler: "solc-0.6.12",
    settings: { optimizer: { enabled: true, runs: 200 } },
    sources: [
      "@sushiswap/core/contracts/MasterChef.sol",
      "@sushiswap/core/contracts/SushiToken.sol",
      "@sushiswap/core/contracts/mocks/ERC20Mock.sol",
    ],
    imports: { "@openzeppelin/contracts/": "openzeppelin-3.1.0/" },
  },
  {
    compiler: "solc-0.8.19",
    settings: { viaIR: true, optimizer: { enabled: true, runs: 999999 }, evmVersion: "paris" },
    sources: [
      "@morpho-org/morpho-blue/src/Morpho.sol",
      "@morpho-org/morpho-blue/src/mocks/ERC20Mock.sol",
      "@morpho-org/morpho-blue/src/mocks/FlashBorrowerMock.sol",
      "@morpho-org/morpho-blue/src/mocks/IrmMock.sol",
      "@morpho-org/morpho-blue/src/mocks/OracleMock.sol",
    ],
  },
  {
    compiler: "solc-0.8.25",
    // A vault and a token of our own, completed from the package.
    settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: "paris" },
    sources: ["erc4626/Vault.sol"],
  },
  {
    // A strategy that does what it is told.
    compiler: "solc-0.8.19",
    settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: "paris" },
    sources: ["yearn/Strategy.sol"],
  },
];

// What is abstract in its package is completed by a source of our own, beside this file.
const read = (path) => readFileSync(join(existsSync(join(here, path)) ? here : packages, path), "utf8");

// Where a source's import lies: some name another version of a package than the one of that name.
const place = (path, imports) => {
  const [from, to] = Object.entries(imports ?? {}).find(([from]) => path.startsWith(from)) ?? ["", ""];
  return to + path.slice(from.length);
};

const contents = (imports) => (path) => {
  try {
    return { contents: read(place(path, imports)) };
  } catch (error) {
    return { error: String(error) };
  }
};

for (const { compiler, settings, sources, imports } of JOBS) {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(sources.map((path) => [path, { content: read(path) }])),
    settings: { ...settings, outputSelection: { "*": { "*": ["abi", "evm.bytecode"] } } },
  };
  const solc = require(compiler);
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: contents(imports) }));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  }
  for (const path of sources) {
    for (const [name, { abi, evm }] of Object.entries(output.contracts[path] ?? {})) {
      const file = join(packages, ".levmine", path, `${name}.json`);
      mkdirSync(dirname(file), { recursive: true });
      const { object, linkReferences } = evm.bytecode;
      writeFileSync(file, JSON.stringify({ abi, bytecode: `0x${object}`, linkReferences }));
    }
  }
}
