import { access, storeRoles } from '../../api/lib/access';
import { routes } from '../../api/routes';
import { ADMIN_KEY, ApiUnderTest, type StoreUnderTest } from './support';

const api = new ApiUnderTest();
let store: StoreUnderTest;
beforeAll(async () => {
  await api.start();
  store = await api.store();
});
afterAll(() => api.stop());

test.each(routes.map((route) => [route.operation, route] as const))(
  '%s admits the roles of the access table, and no others',
  async (operation, route) => {
    const path = route.path.replace(/[:*]\w+/g, 'x');
    const keys = [...storeRoles.map((role) => [role, store.keyOf(role)] as const), ['platform', ADMIN_KEY] as const];
    const allowed: string[] = [];
    for (const [role, key] of keys) {
      // The body is empty and the id does not exist, so an admitted role receives an answer other than 403.
      const { status, body } = await api.ask(route.method.toUpperCase(), path, {
        key,
        ...(route.method !== 'get' && { body: {} }),
      });
      expect([200, 400, 403, 404, 422]).toContain(status);
      if (status === 403) expect(body.code).toBe('forbidden');
      else allowed.push(role);
    }
    expect(allowed.sort()).toEqual([...access[operation]].sort());
    expect((await api.ask(route.method.toUpperCase(), path)).status).toBe(401);
  },
);
