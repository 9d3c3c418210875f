import { Api } from '../../dev/story/api';
import { rows, settled } from './books';
import type { Diary } from './diary';

interface Incident {
  id: string;
  kind: string;
  status: string;
  ways: string[];
}

type How = 'retry' | 'skip' | { resolve_as: string };

/** A person decides on the newest open incident of that kind. @returns `status` of it once all that follows is done */
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

/** SBPS has another hash key for the merchant than the store has, until it is given the right one: it refuses every call. */
export async function sbpsRefuses(diary: Diary, refuses = true): Promise<void> {
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
