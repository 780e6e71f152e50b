// What a program that uses @signalwire/compatibility-api sees. Runs in an environment
// of its own; reads the facts it needs as JSON and prints what it got as JSON.
"use strict";

const { createRequire } = require("node:module");
const { RestClient } = createRequire(`${process.cwd()}/`)(
  "@signalwire/compatibility-api",
);

const FIELDS = [
  ...["sid", "accountSid", "callSid", "conferenceSid", "channels", "duration"],
  ...["source", "status", "price", "priceUnit", "errorCode", "uri"],
];
const HOUR = 3600 * 1000;

function connect(facts, token) {
  const client = RestClient(facts.account, token, { signalwireSpaceUrl: "127.0.0.1" });
  client.api.baseUrl = facts.url;
  return client;
}

const sids = (rows) => rows.map((row) => row.sid);

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return [error.status, error.code];
  }
  throw new Error("It was not refused.");
}

async function lists(client, facts) {
  const before = new Date(Date.now() - HOUR);
  const first = await client.recordings.page({ pageSize: 2 });
  const second = await first.nextPage();
  const back = await second.previousPage();
  const ofCall = client.calls(facts.call).recordings;
  const streamed = [];
  await new Promise((resolve) =>
    client.recordings.each({ pageSize: 1, done: resolve }, (row) => streamed.push(row)),
  );
  return {
    list: sids(await client.recordings.list()),
    "in pages": sids(await client.recordings.list({ pageSize: 2 })),
    limit: sids(await client.recordings.list({ limit: 3 })),
    "large limit": sids(await client.recordings.list({ limit: 5000 })),
    streamed: sids(streamed),
    "first page": sids(first.instances),
    "second page": sids(second.instances),
    back: sids(back.instances),
    "of call": sids(await client.recordings.list({ callSid: facts.call })),
    since: sids(await client.recordings.list({ dateCreatedAfter: before })),
    until: sids(await client.recordings.list({ dateCreatedBefore: before })),
    "long ago": sids(
      await client.recordings.list({ dateCreated: new Date("2001-01-01") }),
    ),
    "call's": sids(await ofCall.list()),
    "call's since": sids(await ofCall.list({ dateCreatedAfter: new Date("2001-01-01") })),
    "conference's": sids(await client.conferences(facts.conference).recordings.list()),
    transcriptions: sids(await client.transcriptions.list()),
    "recording's": sids(await client.recordings(facts.recording).transcriptions.list()),
    accounts: sids(await client.api.accounts.list()),
  };
}

async function fetches(client, facts) {
  const recording = await client.recordings(facts.recording).fetch();
  const again = await client.calls(facts.call).recordings(facts.recording).fetch();
  const text = await client.transcriptions(facts.transcription).fetch();
  const account = await client.api.accounts(facts.account).fetch();
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const result = {
    recording: Object.fromEntries(FIELDS.map((name) => [snake(name), recording[name]])),
    "call's recording": again.sid,
    dates: [recording.startTime, recording.dateCreated].map((date) => date.toISOString()),
    transcription: [text.recordingSid, text.transcriptionText, text.status],
    account: [account.sid, account.friendlyName, account.status],
  };
  for (const ending of [".wav", ".mp3"]) {
    const path = recording.uri.replace(/\.json$/, ending);
    const sound = await fetch(facts.url + path);
    const size = (await sound.arrayBuffer()).byteLength;
    result[ending] = [sound.status, sound.headers.get("Content-Type"), size > 1000];
  }
  return result;
}

async function changes(client, facts) {
  const ofCall = client.calls(facts.call).recordings;
  const recording = client.recordings(facts.recording);
  const text = client.transcriptions(facts.transcription);
  return {
    create: await refusal(ofCall.create({ trim: "trim-silence" })),
    update: await refusal(
      client.calls(facts.call).recordings(facts.recording).update({ status: "paused" }),
    ),
    "delete transcription": await text.remove(),
    "deleted transcription": await refusal(text.fetch()),
    delete: await recording.remove(),
    "fetch deleted": await refusal(recording.fetch()),
    "delete again": await refusal(recording.remove()),
    left: (await client.recordings.list()).length,
  };
}

async function refusals(stranger, facts) {
  return {
    "wrong token": await refusal(stranger.recordings(facts.recording).fetch()),
    "wrong token's list": await refusal(stranger.recordings.list()),
  };
}

async function main() {
  const facts = JSON.parse(process.argv[2]);
  const client = connect(facts, facts.token);
  const stranger = connect(facts, "PTwrong");
  const result = {
    ...(await lists(client, facts)),
    ...(await fetches(client, facts)),
    ...(await changes(client, facts)),
    ...(await refusals(stranger, facts)),
  };
  process.stdout.write(JSON.stringify(result));
}

main();
