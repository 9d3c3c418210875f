/**
 * The borders between the rooms. Imports point one way, types included:
 *   domain ← workflows/contracts ← books ← activities; dispatch and views beside activities; api over books, dispatch and views;
 *   worker over activities and dispatch. The table `rooms` is the rule. `web` and `cli` are still to come.
 */
const typeOnly = ['type-only'];
const CONTRACTS = '^workflows/contracts/';

/** Each room and the rooms of the house that it may import. What is missing here is forbidden. */
const rooms = {
  domain: [],
  documents: ['domain'],
  providers: ['domain'],
  simulators: ['documents'],
  prisma: ['domain', CONTRACTS, 'documents', 'generated'],
  books: ['domain', CONTRACTS, 'documents', 'prisma', 'generated'],
  activities: ['domain', CONTRACTS, 'books', 'documents', 'providers', 'prisma', 'generated'],
  dispatch: ['domain', CONTRACTS, 'books', 'documents', 'providers', 'prisma', 'generated'],
  views: ['domain', CONTRACTS, 'books', 'prisma', 'generated'],
  api: ['domain', CONTRACTS, 'books', 'dispatch', 'views', 'documents', 'providers', 'prisma', 'generated'],
  web: ['domain', CONTRACTS, 'books', 'views', 'api'],
  worker: ['domain', CONTRACTS, 'books', 'activities', 'dispatch', 'documents', 'providers', 'prisma', 'generated'],
};
const HOUSE = '^(domain|workflows|books|activities|dispatch|views|api|web|worker|cli|providers|simulators|documents|prisma|generated|dev|bench|test)/';

const oneWay = Object.entries(rooms).map(([room, may]) => ({
  name: `${room}-imports-one-way`,
  comment: 'See docs/architecture.md for the rooms and CONTRIBUTING.md for what belongs where.',
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: HOUSE, pathNot: [`^${room}/`, ...may.map((other) => (other.startsWith('^') ? other : `^${other}/`))] },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or hide a third. Types count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that package.json does not name is there by luck.',
      severity: 'error',
      from: { pathNot: '^generated/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    ...oneWay,
    {
      name: 'domain-is-pure',
      comment: 'Rules know no I/O, no clock and no framework.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: ['^domain/', '^node_modules/@holiday-jp/'] },
    },
    {
      name: 'contracts-know-only-rules',
      comment: 'What workflows share with the rest does not pull workflow code along.',
      severity: 'error',
      from: { path: CONTRACTS },
      to: { path: HOUSE, pathNot: [CONTRACTS, '^domain/'] },
    },
    {
      name: 'workflows-see-rules-and-contracts',
      comment:
        'Workflow code is replayed: @temporalio/workflow, the rules and the contracts; anything else may change under it.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: ['^workflows/', '^domain/', '^node_modules/@temporalio/(workflow|common)/'] },
    },
    {
      name: 'temporal-stays-out-of-the-books',
      comment: 'Books are written by the API, pages and tools as well: no Temporal, no HTTP, no provider.',
      severity: 'error',
      from: { path: '^(books|views)/' },
      to: { path: '^node_modules/(@temporalio|express|resend)' },
    },
    {
      name: 'simulators-do-not-reach-the-engine',
      comment: 'A mistake in code that they share with the engine would go unnoticed. Nor through the documents they draw.',
      severity: 'error',
      from: { path: '^simulators/' },
      // The shapes of documents name the type of a support desk, which is no rule.
      to: { path: HOUSE, pathNot: '^(simulators|documents)/|^domain/support-desks', reachable: true },
    },
    {
      name: 'not-from-tests-or-tools',
      comment: 'In production they are not installed.',
      severity: 'error',
      from: { pathNot: '^(dev|bench|test)/' },
      to: { path: '^(dev|bench|test)/' },
    },
    {
      name: 'development-packages-stay-out',
      comment: 'In production they are not installed.',
      severity: 'error',
      from: { pathNot: ['^(dev|bench|test)/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: typeOnly, pathNot: '^node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^generated/'] },
    exclude: { path: ['\\.shimebi/', 'test/histories/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default'],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
