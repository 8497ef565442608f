// The declarations of the package: one file for each entry, which needs no other package's types.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import ts from 'typescript';

/** A type that a schema defines is written out: who embeds us need not have the library that parses by it. */
const OF_A_SCHEMA = /\bv\.InferOutput</;

const LIBRARIES = ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'];

export interface TypesBuild {
  readonly root: string;
  readonly outDir: string;
  /** Where the declarations lie before they are put together; its content is ours. */
  readonly workDir: string;
}

/** Entries: name of the declaration file → source. */
export function buildTypes({ root, outDir, workDir }: TypesBuild, entries: Readonly<Record<string, string>>): void {
  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(
    {
      ...(config.config as object),
      files: Object.values(entries),
      compilerOptions: {
        ...(config.config as { compilerOptions: object }).compilerOptions,
        lib: LIBRARIES,
        types: ['node', 'vite/client', 'svelte'],
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        stripInternal: true,
        rootDir: root,
        outDir: workDir,
      },
    },
    ts.sys,
    root,
  );
  const program = ts.createProgram(
    Object.values(entries).map((path) => join(root, path)),
    options,
  );
  rmSync(workDir, { recursive: true, force: true });
  const emitted = program.emit(undefined, (path, text, _mark, _onError, sources) => {
    const [source] = sources ?? [];
    if (source === undefined) return;
    // As sources: the bundler of declarations takes no others. Everything in them is `declare`d.
    const file = path.replace(/\.d\.ts$/, '.ts');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, writtenOut(text, source, program.getTypeChecker()));
  });
  const wrong = emitted.diagnostics;
  if (wrong.length > 0) throw new Error(ts.formatDiagnostics(wrong, { ...ts.sys, getCanonicalFileName, getNewLine }));

  const project = join(workDir, 'tsconfig.json');
  writeFileSync(
    project,
    JSON.stringify({
      compilerOptions: {
        ...{ strict: true, target: 'ES2022', module: 'ESNext', moduleResolution: 'bundler', lib: LIBRARIES },
        ...{ types: ['node'], skipLibCheck: true, noCheck: true },
      },
      files: Object.values(entries).map((path) => relative(workDir, join(workDir, path))),
    }),
  );
  mkdirSync(outDir, { recursive: true });
  const names = Object.keys(entries);
  const bundled = generateDtsBundle(
    Object.values(entries).map((path) => ({
      filePath: join(workDir, path),
      output: { noBanner: true, exportReferencedTypes: false },
    })),
    { preferredConfigPath: project },
  );
  for (const [index, text] of bundled.entries()) {
    const foreign = /from ['"](?!node:)([^'"]+)['"]/.exec(text)?.[1];
    if (foreign !== undefined) throw new Error(`The types of ${names[index] ?? ''} need those of ${foreign}.`);
    writeFileSync(join(outDir, `${names[index] ?? ''}.d.ts`), text);
  }
}

const getCanonicalFileName = (name: string): string => name;
const getNewLine = (): string => '\n';

/** A declaration file with the types of schemas in it as what they are, and parameters by a name: as a source it may not take them apart. */
function writtenOut(text: string, source: ts.SourceFile, checker: ts.TypeChecker): string {
  const aliases = new Map(
    source.statements.filter(ts.isTypeAliasDeclaration).map((alias) => [alias.name.text, alias] as const),
  );
  const edits: { readonly node: ts.Node; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) && !ts.isIdentifier(node.name)) edits.push({ node: node.name, text: nameOf(node) });
    if (ts.isTypeAliasDeclaration(node) && node.typeParameters === undefined && OF_A_SCHEMA.test(node.type.getText())) {
      const alias = aliases.get(node.name.text);
      if (alias !== undefined) edits.push({ node: node.type, text: typeText(alias, checker) });
    } else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('declared.d.ts', text, ts.ScriptTarget.Latest, true));
  return edits.reduceRight(
    (result, { node, text: by }) => `${result.slice(0, node.getStart())}${by}${result.slice(node.getEnd())}`,
    text,
  );
}

/** For a parameter that the source takes apart: its place tells several of a function apart. */
function nameOf(parameter: ts.ParameterDeclaration): string {
  const place = parameter.parent.parameters.indexOf(parameter);
  return place === 0 ? 'options' : `options${place + 1}`;
}

function typeText(alias: ts.TypeAliasDeclaration, checker: ts.TypeChecker): string {
  const { NoTruncation, InTypeAlias, MultilineObjectLiterals } = ts.TypeFormatFlags;
  const flags = [NoTruncation, InTypeAlias, MultilineObjectLiterals].reduce((all, one) => all | one);
  return checker.typeToString(checker.getTypeAtLocation(alias.name), alias, flags);
}
