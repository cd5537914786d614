// What the programs here share: the port is the first argument, `ready` on standard output says that it is open, and the end of standard
// input ends the process.
export const port = Number(process.argv[2]);
export const argument = process.argv[3];

export function ready() {
  process.stdin.on("end", () => process.exit(0));
  process.stdin.resume();
  console.log("ready");
}
