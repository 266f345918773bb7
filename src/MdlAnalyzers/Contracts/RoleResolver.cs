using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Contracts;

/// <summary>Finds the part a method plays in its driver: declared on it, or from its registration in the type that contains it.</summary>
internal sealed class RoleResolver(ContractReader contracts, Func<SyntaxTree, SemanticModel?> modelOf)
{
    private const int MaxTypeLength = 400_000;
    private const int MaxLooks = 60;

    private readonly ConcurrentDictionary<ISymbol, (Role Role, Transfer Transfer)> _roles = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _buffered = new(SymbolEqualityComparer.Default);

    public Role RoleOf(ISymbol owner, CancellationToken cancellationToken) => Resolve(owner, cancellationToken).Role;

    /// <summary>The part a method plays that is registered outside of the types that contain it: a look at the whole compilation.</summary>
    public Role RoleElsewhere(IMethodSymbol method, Compilation compilation, CancellationToken cancellationToken)
    {
        if (method.DeclaredAccessibility == Accessibility.Private)
            return Role.None;
        IEnumerable<SimpleNameSyntax> references = compilation.SyntaxTrees
            .SelectMany(tree => NameSearch.MethodGroups(tree.GetRoot(cancellationToken), method.Name, cancellationToken))
            .Take(MaxLooks);
        return Registered(method, references, cancellationToken).Role;
    }

    /// <summary>The kinds of request a method handles; any, if nothing says which.</summary>
    public Transfer TransferOf(ISymbol owner, CancellationToken cancellationToken) => Resolve(owner, cancellationToken).Transfer;

    /// <summary>Whether the type of a method sets up devices whose reads and writes go through a system buffer, and no others.</summary>
    public bool IsBuffered(ISymbol owner, CancellationToken cancellationToken) =>
        owner.ContainingType is { } type && _buffered.GetOrAdd(type.OriginalDefinition, t => SetsBufferedFlag((INamedTypeSymbol)t, cancellationToken));

    private static bool SetsBufferedFlag(INamedTypeSymbol type, CancellationToken cancellationToken)
    {
        bool isBuffered = false;
        foreach (SyntaxReference declaration in type.DeclaringSyntaxReferences)
        {
            SyntaxNode syntax = declaration.GetSyntax(cancellationToken);
            if (syntax.FullSpan.Length > MaxTypeLength)
                return false;
            if (!NameSearch.Mentions(syntax, "DO_BUFFERED_IO", cancellationToken) && !NameSearch.Mentions(syntax, "DO_DIRECT_IO", cancellationToken))
                continue;
            foreach (SyntaxNode node in syntax.DescendantNodes())
            {
                if (node is not IdentifierNameSyntax { Identifier.ValueText: "DO_BUFFERED_IO" or "DO_DIRECT_IO" } flag)
                    continue;
                if (flag.Identifier.ValueText == "DO_DIRECT_IO")
                    return false;
                isBuffered |= flag.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is { RawKind: (int)SyntaxKind.OrAssignmentExpression or (int)SyntaxKind.SimpleAssignmentExpression, Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Flags" } } assignment
                    && assignment.Right.Span.Contains(flag.Span) && !assignment.Right.IsKind(SyntaxKind.BitwiseNotExpression);
            }
        }

        return isBuffered;
    }

    private (Role Role, Transfer Transfer) Resolve(ISymbol owner, CancellationToken cancellationToken) =>
        owner is IMethodSymbol method ? _roles.GetOrAdd(method.OriginalDefinition, m => Find((IMethodSymbol)m, cancellationToken)) : (Role.None, Transfer.Any);

    private (Role Role, Transfer Transfer) Find(IMethodSymbol method, CancellationToken cancellationToken)
    {
        Role role = contracts.RoleOf(method);
        Transfer transfer = OfRole(role);
        if (role == Role.None)
        {
            (role, Transfer registered) = Registered(method, References(method, cancellationToken), cancellationToken);
            transfer |= registered;
        }

        if (transfer == Transfer.None)
            transfer = OfName(method.Name);
        return (role, transfer == Transfer.None ? Transfer.Any : transfer);
    }

    private (Role Role, Transfer Transfer) Registered(IMethodSymbol method, IEnumerable<SimpleNameSyntax> references, CancellationToken cancellationToken)
    {
        Role role = Role.None;
        Transfer transfer = Transfer.None;
        foreach (SimpleNameSyntax reference in references)
        {
            if (modelOf(reference.SyntaxTree) is not { } model || model.GetTypeInfo(NameSearch.Whole(reference), cancellationToken).ConvertedType is not { TypeKind: TypeKind.Delegate } type)
                continue;
            Role declared = contracts.RoleOf(type);
            if (declared == Role.None || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(reference, cancellationToken).Symbol?.OriginalDefinition, method))
                continue;
            role = declared;
            transfer |= OfRegistration(NameSearch.Whole(reference));
        }

        return (role, transfer);
    }

    private IEnumerable<SimpleNameSyntax> References(IMethodSymbol method, CancellationToken cancellationToken)
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            foreach (SyntaxReference declaration in type.DeclaringSyntaxReferences)
            {
                SyntaxNode syntax = declaration.GetSyntax(cancellationToken);
                if (syntax.FullSpan.Length > MaxTypeLength)
                    continue;
                foreach (SimpleNameSyntax name in NameSearch.MethodGroups(syntax, method.Name, cancellationToken))
                    yield return name;
            }
        }
    }

    private static Transfer OfRole(Role role) => role switch
    {
        Role.DispatchRead => Transfer.Read,
        Role.DispatchWrite => Transfer.Write,
        Role.DispatchDeviceControl => Transfer.DeviceControl,
        _ => Transfer.None,
    };

    // driver.MajorFunction[MajorFunction.IRP_MJ_READ] = Read
    private static Transfer OfRegistration(ExpressionSyntax reference)
    {
        if (reference.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is not { Left: ElementAccessExpressionSyntax { ArgumentList.Arguments: [var index] } })
            return Transfer.None;
        string text = index.ToString();
        return text.EndsWith("_READ", StringComparison.Ordinal) ? Transfer.Read
            : text.EndsWith("_WRITE", StringComparison.Ordinal) ? Transfer.Write
            : text.EndsWith("DEVICE_CONTROL", StringComparison.Ordinal) ? Transfer.DeviceControl
            : Transfer.Any;
    }

    private static Transfer OfName(string name)
    {
        IReadOnlyList<string> words = Nouns.Words(name);
        Transfer transfer = Transfer.None;
        foreach (string word in words)
        {
            if (string.Equals(word, "read", StringComparison.OrdinalIgnoreCase))
                transfer |= Transfer.Read;
            else if (string.Equals(word, "write", StringComparison.OrdinalIgnoreCase))
                transfer |= Transfer.Write;
            else if (word.Equals("ioctl", StringComparison.OrdinalIgnoreCase) || word.Equals("control", StringComparison.OrdinalIgnoreCase))
                transfer |= Transfer.DeviceControl;
        }

        return transfer;
    }
}
