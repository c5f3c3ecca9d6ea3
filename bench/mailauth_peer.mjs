// Checks one message again and again with mailauth: told a count on each line of standard input, it answers with the
// processor time of so many checks in microseconds. DNS answers come from the table in the file that is named first.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { authenticate } = createRequire(process.argv[4] + '/')('mailauth');
const world = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const message = readFileSync(process.argv[3]);

const resolver = async (name, type) => {
    const texts = type === 'TXT' ? world.texts[name.toLowerCase()] : undefined;
    if (!texts) throw Object.assign(new Error(`no ${type} at ${name}`), { code: 'ENOTFOUND' });
    return [[texts]];
};
const check = octets =>
    authenticate(octets, { ip: world.ip, helo: world.helo, sender: world.sender, mta: 'mx.bench.test', resolver,
        disableArc: true, disableBimi: true });
const said = async octets => {
    const found = await check(octets);
    return [found.spf.status.result, found.dkim.results[0].status.result, found.dmarc.status.result].join(' ');
};

console.log(await said(message));
console.log(await said(Buffer.from(message.toString('latin1').replace('lost', 'l0st'), 'latin1')));
for await (const line of createInterface({ input: process.stdin })) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < Number(line); turn++) await check(message);
    const used = process.cpuUsage(before);
    console.log(used.user + used.system);
}
