using System.Collections.Concurrent;
using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using MdlAnalyzers.Rules.Length;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Flow;

/// <summary>
/// What a method may rely on because of where it is called: a helper that is only called after a guard, and a callback whose requests have
/// passed the dispatch routine that queued them.
/// </summary>
internal sealed class EntryFacts(AnalysisSession session)
{
    private const int MaxDepth = 2;
    private const int MaxCallers = 12;

    private readonly ConcurrentDictionary<IMethodSymbol, Trust> _trust = new(SymbolEqualityComparer.Default);

    /// <summary>Whether the requests that <paramref name="method"/> gets are known to have an MDL, or nothing can be said about them.</summary>
    public bool TrustsRequests(IMethodSymbol method, int depth, CancellationToken cancellationToken)
    {
        if (depth > MaxDepth)
            return true;
        if (_trust.TryGetValue(method.OriginalDefinition, out Trust known))
            return known == Trust.Yes;
        bool trusts = Compute(method.OriginalDefinition, depth, cancellationToken);
        if (depth == 0)
            _trust.TryAdd(method.OriginalDefinition, trusts ? Trust.Yes : Trust.No);
        return trusts;
    }

    private bool Compute(IMethodSymbol method, int depth, CancellationToken cancellationToken)
    {
        Role role = session.Roles.RoleOf(method, cancellationToken);
        if (IsDispatch(role))
            return false;

        bool isCallback = IsCallback(role);
        if (!isCallback && !method.Parameters.Any(p => session.Contracts.EntityOf(p.Type) is Entity.Irp or Entity.StackLocation))
            return false;

        // That requests are queued for a callback of which another type knows has to be seen here.
        bool needsProof = !isCallback;
        isCallback |= role == Role.None && IsCallback(session.Roles.RoleElsewhere(method, session.Compilation, cancellationToken));

        var probe = new CallProbe(isCallback ? null : method, session.Contracts);
        foreach (IMethodSymbol caller in Callers(method, isCallback, cancellationToken))
        {
            if (session.GraphOf(caller, cancellationToken) is not { } graph)
                return true;
            var analysis = new BodyAnalysis(session, [probe], new FlowReporter(graph.OriginalOperation.Syntax), cancellationToken, new Budget(Budget.Default / 4)) { IsProbe = true };
            if (!analysis.Run(graph, caller, depth + 1))
                return true;
        }

        return (probe.SawGuarded || !needsProof) && !probe.SawUnguarded;
    }

    private static bool IsDispatch(Role role) => role is Role.Dispatch or Role.DispatchRead or Role.DispatchWrite or Role.DispatchDeviceControl;

    private static bool IsCallback(Role role) => !IsDispatch(role) && role is not (Role.None or Role.Entry or Role.AddDevice or Role.Unload);

    private ImmutableArray<IMethodSymbol> Callers(IMethodSymbol method, bool isCallback, CancellationToken cancellationToken)
    {
        var callers = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        foreach (SyntaxReference declaration in method.ContainingType?.DeclaringSyntaxReferences ?? [])
        {
            SyntaxNode type = declaration.GetSyntax(cancellationToken);
            if (!session.Compilation.ContainsSyntaxTree(type.SyntaxTree))
                continue;
            SemanticModel model = session.ModelOf(type.SyntaxTree);
            IEnumerable<InvocationExpressionSyntax> calls = isCallback
                ? type.DescendantNodes().OfType<InvocationExpressionSyntax>()
                : NameSearch.Uses(type, method.Name, cancellationToken).Select(static name => NameSearch.Whole(name).Parent).OfType<InvocationExpressionSyntax>();
            foreach (InvocationExpressionSyntax call in calls)
            {
                if (model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol target)
                    continue;
                bool matters = isCallback
                    ? session.Contracts.Method(target).Parameters.Any(static p => p.Effect == Effect.Queues)
                    : SymbolEqualityComparer.Default.Equals(target.OriginalDefinition, method);
                if (!matters || call.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member)
                    continue;
                if (model.GetDeclaredSymbol(member, cancellationToken) is IMethodSymbol caller && !SymbolEqualityComparer.Default.Equals(caller, method) && callers.Count < MaxCallers)
                    callers.Add(caller);
            }
        }

        return [.. callers.SelectMany(caller => isCallback && IsHelper(caller, cancellationToken) && Callers(caller, isCallback: false, cancellationToken) is { IsEmpty: false } sources ? sources : [caller])
            .Distinct<IMethodSymbol>(SymbolEqualityComparer.Default)];
    }

    // Queues what its callers have tested: their paths lead through it.
    private bool IsHelper(IMethodSymbol caller, CancellationToken cancellationToken) =>
        caller.DeclaredAccessibility == Accessibility.Private && session.Roles.RoleOf(caller, cancellationToken) == Role.None;

    private enum Trust
    {
        No,
        Yes,
    }

    /// <summary>Looks at every call of a method (or, without one, at every call that queues a request) and at what is known about the request there.</summary>
    private sealed class CallProbe(IMethodSymbol? method, ContractReader contracts) : FlowRule
    {
        public bool SawGuarded { get; private set; }

        public bool SawUnguarded { get; private set; }

        public override void OnCall(CallEvent call, FlowReporter reporter)
        {
            if (method is null ? call.WithEffect(Effect.Queues) is null : call.Frame.IsInlined || !SymbolEqualityComparer.Default.Equals(call.Method.OriginalDefinition, method))
                return;

            CallArgument? argument = call.Arguments.FirstOrDefault(a => contracts.EntityOf(a.Parameter?.Type) == Entity.Irp)
                ?? call.Arguments.FirstOrDefault(a => contracts.EntityOf(a.Parameter?.Type) == Entity.StackLocation);
            if (argument?.Object is not { } request)
                return;
            if (contracts.EntityOf(argument.Parameter?.Type) == Entity.StackLocation && request.Owner is { } owner)
                request = owner;
            if (UnguardedMdlAddress.IsRequestGuarded(call.State, request, call.Frame))
                SawGuarded = true;
            else
                SawUnguarded = true;
        }
    }
}
