using System.Collections.Concurrent;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Options;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>What all bodies of one compilation share: contracts and the graphs of methods that are called.</summary>
internal sealed class AnalysisSession
{
    private const int MaxCalleeBlocks = 60;
    private const int MaxGraphs = 64;
    private const int MaxBodyLength = 40_000;
    private const int MaxHelperLength = 2_000;

    private readonly ConcurrentDictionary<IMethodSymbol, ControlFlowGraph?> _graphs = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentQueue<IMethodSymbol> _recent = new();
    private readonly ConcurrentDictionary<ISymbol, bool> _pageFields = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, MdlRoom?> _rooms = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _neverReturns = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _relevant = new(SymbolEqualityComparer.Default);

    private readonly ConcurrentDictionary<SyntaxTree, RuleOptions> _options = new();
    private readonly AnalyzerConfigOptionsProvider? _configuration;
    private readonly IAssemblySymbol _assembly;
    private Transfer? _directTransfers;
    private object? _hasNarrowDevices;

    public AnalysisSession(Compilation compilation, AnalyzerConfigOptionsProvider? configuration = null)
    {
        Compilation = compilation;
        _configuration = configuration;
        _assembly = compilation.Assembly;
        Roles = new RoleResolver(Contracts, tree => compilation.ContainsSyntaxTree(tree) ? ModelOf(tree) : null);
        Entries = new EntryFacts(this);
        Kept = new KeptMembers(this);
        Files = new FileFilter(this);
    }

    public Compilation Compilation { get; }

    public ContractReader Contracts { get; } = new();

    public RoleResolver Roles { get; }

    public EntryFacts Entries { get; }

    /// <summary>The options for the code of one file.</summary>
    public RuleOptions OptionsOf(SyntaxTree tree) =>
        _configuration is null ? RuleOptions.Default : _options.GetOrAdd(tree, t => AnalyzerOptionReader.Read(_configuration.GetOptions(t)));

    public KeptMembers Kept { get; }

    public FileFilter Files { get; }

    /// <summary>The kinds of request that can have an MDL: reads and writes have none if no device of the driver asks for direct I/O.</summary>
    public Transfer DirectTransfers(CancellationToken cancellationToken)
    {
        Transfer? known = _directTransfers;
        if (known is null)
            _directTransfers = known = DirectIo.IsNeverAskedFor(Compilation, cancellationToken) ? Transfer.Any & ~(Transfer.Read | Transfer.Write) : Transfer.Any;
        return known.Value;
    }

    /// <summary>Whether a symbol was written in this compilation: only such methods can be followed.</summary>
    public bool IsOwn(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, _assembly);

    /// <summary>Graph of a method with a body in this compilation that is small enough to be followed from a call.</summary>
    public ControlFlowGraph? GraphOf(IMethodSymbol method, CancellationToken cancellationToken)
    {
        if (!IsOwn(method))
            return null;
        method = method.OriginalDefinition;
        if (_graphs.TryGetValue(method, out ControlFlowGraph? known))
            return known;
        ControlFlowGraph? graph = CreateGraph(method, MaxCalleeBlocks, cancellationToken);
        Remember(method, graph);
        return graph;
    }

    /// <summary>Graph of a body that is analyzed for itself, the one that its callers follow if there is one.</summary>
    public ControlFlowGraph? GraphOf(IOperation body, ISymbol owner, CancellationToken cancellationToken)
    {
        var method = owner.OriginalDefinition as IMethodSymbol;
        if (method is not null && _graphs.TryGetValue(method, out ControlFlowGraph? known) && known?.OriginalOperation.Syntax == body.Syntax)
            return known;
        ControlFlowGraph? graph = CodeBlocks.GraphOf(body, cancellationToken);
        if (method is { DeclaringSyntaxReferences: [_] } && graph is not null && graph.Blocks.Length <= MaxCalleeBlocks && body.Syntax.FullSpan.Length <= MaxBodyLength)
            Remember(method, graph);
        return graph;
    }

    private void Remember(IMethodSymbol method, ControlFlowGraph? graph)
    {
        if (_graphs.TryAdd(method, graph) && graph is not null)
        {
            // A graph keeps everything alive that the compiler found out about its file, so only those go on that may soon be asked for again.
            _recent.Enqueue(method);
            if (_recent.Count > MaxGraphs && _recent.TryDequeue(out IMethodSymbol? oldest))
                _graphs.TryRemove(oldest, out _);
        }
    }

    /// <summary>Whether a callee mentions annotated symbols.</summary>
    public bool IsRelevant(IMethodSymbol method, CancellationToken cancellationToken)
    {
        if (!IsOwn(method))
            return false;
        if (_relevant.TryGetValue(method.OriginalDefinition, out bool known))
            return known;
        bool isRelevant = GraphOf(method, cancellationToken) is { } graph && BodyFilter.MentionsAnnotatedSymbol(graph.OriginalOperation, Contracts);
        return _relevant.GetOrAdd(method.OriginalDefinition, isRelevant);
    }

    /// <summary>Whether a method is a throw helper: its end cannot be reached.</summary>
    public bool NeverReturns(IMethodSymbol method, CancellationToken cancellationToken)
    {
        if (!IsOwn(method) || method.IsVirtual || method.IsOverride || method.IsAbstract || method.IsAsync || method.MethodKind != MethodKind.Ordinary)
            return false;
        return _neverReturns.TryGetValue(method.OriginalDefinition, out bool known)
            ? known
            : _neverReturns.GetOrAdd(method.OriginalDefinition, IsThrowHelper(method.OriginalDefinition, cancellationToken));
    }

    private bool IsThrowHelper(IMethodSymbol method, CancellationToken cancellationToken) =>
        method.DeclaringSyntaxReferences is [var reference] && reference.Span.Length <= MaxHelperLength
        && NameSearch.Mentions(reference.GetSyntax(cancellationToken), "throw", cancellationToken)
        && reference.GetSyntax(cancellationToken).DescendantNodes().Any(static n => n is ThrowStatementSyntax or ThrowExpressionSyntax)
        && GraphOf(method, cancellationToken) is { Blocks: { } blocks } && !blocks[blocks.Length - 1].IsReachable;

    /// <summary>Whether a private field only ever holds MDLs from the page allocator, whose byte offset is 0.</summary>
    public bool IsPageAllocated(IFieldSymbol field, CancellationToken cancellationToken) =>
        field.DeclaredAccessibility == Accessibility.Private && _pageFields.GetOrAdd(field.OriginalDefinition, f => FieldFacts.IsPageAllocated((IFieldSymbol)f, this, cancellationToken));

    /// <summary>The buffer that every MDL in a private field was allocated for, if that is known.</summary>
    public MdlRoom? RoomOf(IFieldSymbol field, CancellationToken cancellationToken) =>
        field.DeclaredAccessibility == Accessibility.Private ? _rooms.GetOrAdd(field.OriginalDefinition, f => FieldFacts.RoomOf((IFieldSymbol)f, this, cancellationToken)) : null;

    /// <summary>Whether the devices that this compilation describes drive 32 address lines at most.</summary>
    public bool HasNarrowDevices(CancellationToken cancellationToken) => (bool)(_hasNarrowDevices ??= DeviceFacts.AreNarrow(this, cancellationToken));

    /// <summary>Semantic model of a tree that may not be the one being analyzed.</summary>
    // A callee or a field's assignments may live in another tree than the analyzed body; results are kept for the compilation.
#pragma warning disable RS1030
    public SemanticModel ModelOf(SyntaxTree tree) => Compilation.GetSemanticModel(tree);
#pragma warning restore RS1030

    /// <summary>Graph of a method's body, or null if it has none in this compilation or too many blocks.</summary>
    public ControlFlowGraph? CreateGraph(IMethodSymbol method, int maxBlocks, CancellationToken cancellationToken)
    {
        if (method.IsAbstract || method.IsExtern || method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction)
            return null;
        if (method.DeclaringSyntaxReferences is not [var reference])
            return null;

        SyntaxNode syntax = reference.GetSyntax(cancellationToken);
        if (!Compilation.ContainsSyntaxTree(syntax.SyntaxTree) || syntax.FullSpan.Length > MaxBodyLength)
            return null;

        SemanticModel model = ModelOf(syntax.SyntaxTree);
        if (model.GetOperation(syntax, cancellationToken) is not { Parent: null } operation)
            return null;

        ControlFlowGraph? graph = CodeBlocks.GraphOf(operation, cancellationToken);
        return graph is not null && graph.Blocks.Length <= maxBlocks ? graph : null;
    }
}
