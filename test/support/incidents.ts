import { Api } from '../../dev/story/api';
import { rows, settled } from './books';
import type { Diary } from './diary';

interface Incident {
  id: string;
  kind: string;
  status: string;
  resolution: string | null;
  ways: string[];
}

type How = 'retry' | 'skip' | { resolve_as: string };

/** Decides on the newest open incident of that kind, as a person would. @returns its `status` once the store has settled */
export async function repair(diary: Diary, kind: string, how: How): Promise<string> {
  const incident = await openIncident(diary, kind);
  await diary.world
    .as('finance')
    .post(`/v1/incidents/${incident.id}/repair`, { how, reason: '調査済み' }, { prefer: 'wait=10' });
  await settled(diary.world.storeId);
  const { data } = await diary.world.as('finance').get<{ data: Incident[] }>('/v1/incidents?limit=100');
  return data.find(({ id }) => id === incident.id)!.status;
}

export async function openIncident(diary: Diary, kind: string): Promise<Incident> {
  const { data } = await diary.world.as('finance').get<{ data: Incident[] }>('/v1/incidents?status=open&limit=100');
  const found = data.find((incident) => incident.kind === kind);
  if (!found) throw new Error(`no open incident ${kind}, but ${data.map((incident) => incident.kind).join(', ')}`);
  return found;
}

/** Returns the resolution of the newest incident of that kind. The engine resolves it by itself once the cause is gone. */
export async function resolutionOf(diary: Diary, kind: string): Promise<string> {
  await settled(diary.world.storeId);
  const { data } = await diary.world.as('finance').get<{ data: Incident[] }>('/v1/incidents?limit=100');
  const last = data.find((incident) => incident.kind === kind);
  if (last?.status !== 'resolved') throw new Error(`the last ${kind} is ${last?.status ?? 'none'}`);
  return last.resolution!;
}

/** Sends news as NP does, dated now or earlier. */
export async function sendNpNews(diary: Diary, type: string, data: object, at: string): Promise<void> {
  const { storeId } = diary.world;
  const [store] = await rows<{ np: { shop_code: string; sp_code: string } }>('SELECT np FROM stores WHERE id = $1', [
    storeId,
  ]);
  const { shop_code, sp_code } = store!.np;
  const answer = await fetch(`${diary.world.at.apiUrl}/v1/providers/np/${storeId}/news`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${shop_code}:${sp_code}`).toString('base64')}`,
    },
    body: JSON.stringify({ event_id: `test/${type}/${at}`, type, occurred_at: at, data }),
  });
  if (answer.status !== 202) throw new Error(`news not accepted: ${answer.status} ${await answer.text()}`);
}

/** Makes PostgreSQL reject such writes for the store. @param when a condition in SQL over NEW @returns a function that undoes it */
export async function rejectWrites(diary: Diary, event: string, when = 'true'): Promise<() => Promise<unknown>> {
  const { storeId } = diary.world;
  const name = `refuse_${storeId}`.toLowerCase();
  await rows(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'refused for the test' USING ERRCODE = 'check_violation'; END $$`,
    [],
  );
  const ours = `FOR EACH ROW WHEN (NEW.store_id = '${storeId}' AND ${when})`;
  await rows(`CREATE TRIGGER ${name} BEFORE ${event} ${ours} EXECUTE FUNCTION ${name}()`, []);
  return () => rows(`DROP FUNCTION ${name}() CASCADE`, []);
}

/** Gives SBPS a wrong hash key for the store's merchant, so that it rejects every call. With `false`, restores the right key. */
export async function makeSbpsReject(diary: Diary, refuses = true): Promise<void> {
  const [store] = await rows<{ sbps: { merchant_id: string; service_id: string; hash_key: string } }>(
    'SELECT sbps FROM stores WHERE id = $1',
    [diary.world.storeId],
  );
  const { merchant_id, service_id, hash_key } = store!.sbps;
  await new Api(diary.world.at.sbpsUrl).post('/control/merchants', {
    merchant_id,
    service_id,
    hash_key: refuses ? 'f'.repeat(40) : hash_key,
  });
}
