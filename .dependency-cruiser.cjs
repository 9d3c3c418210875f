/**
 * The borders between the layers. Imports point one way:
 *   domain ← workflows ← (types only) activities → providers;  api, console and worker on top;  simulators are "the outside".
 */
const typeOnly = ['type-only'];
const TOP = '^(api|console|worker|dev|bench|test)/';
/** All that a simulator must not import. */
const ENGINE =
  '^(domain|workflows|books|activities|dispatch|views|providers|api|console|worker|prisma|generated|dev|bench|test)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: typeOnly } },
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
    {
      name: 'domain-is-pure',
      comment: 'Rules know no I/O, no clock and no framework.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: ['^domain/', '^node_modules/@holiday-jp/'] },
    },
    {
      name: 'workflows-see-rules-and-types',
      comment:
        'Workflow code is replayed: @temporalio/workflow, the rules, and types; anything else may change under it.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: ['^workflows/', '^domain/', '^node_modules/@temporalio/(workflow|common)/'],
        dependencyTypesNot: typeOnly,
      },
    },
    {
      name: 'contracts-are-small',
      comment: 'What is shared with workflows does not pull workflow code along.',
      severity: 'error',
      from: { path: '^(activities|api|console)/' },
      to: { path: '^workflows/', pathNot: '^workflows/contracts/', dependencyTypesNot: typeOnly },
    },
    {
      name: 'activities-are-below-the-top',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: ['^(api|console|worker|dev|bench|test|simulators)/'] },
    },
    {
      name: 'providers-know-only-rules',
      comment: 'An adapter can be read, and replaced, without the engine.',
      severity: 'error',
      from: { path: '^providers/' },
      to: { path: '^(workflows|activities|api|console|worker|simulators|documents|prisma|dev|bench|test)/' },
    },
    {
      name: 'documents-know-only-rules',
      severity: 'error',
      from: { path: '^documents/' },
      to: { path: '^(workflows|activities|providers|api|console|worker|simulators|prisma|dev|bench|test)/' },
    },
    {
      name: 'simulators-are-the-outside',
      comment:
        'They speak over HTTP. A mistake in code that they share with the engine would go unnoticed. They may draw documents.',
      severity: 'error',
      from: { path: '^simulators/' },
      to: { path: ENGINE },
    },
    {
      name: 'simulators-do-not-reach-the-engine',
      comment: 'Nor through the documents they draw.',
      severity: 'error',
      from: { path: '^simulators/' },
      to: { path: ENGINE, reachable: true },
    },
    {
      name: 'nobody-uses-simulators',
      severity: 'error',
      from: { path: '^(domain|workflows|activities|providers|documents|prisma|api|console|worker)/' },
      to: { path: '^simulators/' },
    },
    {
      name: 'nothing-rests-on-the-top',
      severity: 'error',
      from: { pathNot: TOP },
      to: { path: TOP },
    },
    {
      name: 'not-from-tests-or-tools',
      severity: 'error',
      from: { path: '^(api|console|worker)/' },
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
