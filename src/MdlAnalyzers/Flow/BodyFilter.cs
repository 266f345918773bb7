using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>Decides cheaply whether a body can interest any rule. A body that mentions no annotated symbol never becomes a graph.</summary>
internal static class BodyFilter
{
    public static bool MentionsAnnotatedSymbol(IOperation root, ContractReader contracts) =>
        root.DescendantsAndSelf().Take(Body.MaxOperations).Any(operation => IsAnnotated(operation, contracts));

    /// <summary>Whether a body mentions annotated symbols, reads what other methods kept of an MDL, or calls a neighbour that knows more.</summary>
    public static bool IsWorthALook(Body body, AnalysisSession session, CancellationToken cancellationToken)
    {
        HashSet<ISymbol>? neighbours = null;
        foreach (IOperation operation in body.Operations)
        {
            if (IsAnnotated(operation, session.Contracts))
                return true;
            ISymbol? used = operation switch
            {
                IFieldReferenceOperation { Field: { IsConst: false } field } => field,
                IPropertyReferenceOperation { Property: { GetMethod: not null } property } => property,
                IParameterReferenceOperation { Parameter: { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } parameter } => parameter,
                IInvocationOperation { TargetMethod: { MethodKind: MethodKind.Ordinary } method } => method,
                _ => null,
            };
            if (used is not null && session.IsOwn(used) && session.Kept.HasToDoWithMdls(used.ContainingType))
                (neighbours ??= new HashSet<ISymbol>(SymbolEqualityComparer.Default)).Add(used);
        }

        return neighbours is not null && neighbours.Any(used => used switch
        {
            IMethodSymbol method => session.IsRelevant(method, cancellationToken),
            IPropertySymbol { GetMethod: { } getter } property => IsKept(property) || session.IsRelevant(getter, cancellationToken),
            _ => IsKept(used),
        });

        bool IsKept(ISymbol member) => session.Kept.Of(member, cancellationToken) is { Quantity: not ValueKind.None };
    }

    private static bool IsAnnotated(IOperation operation, ContractReader contracts) => operation switch
    {
        IInvocationOperation call => contracts.Method(call.TargetMethod).IsAnnotated || TakesAnnotatedType(call.TargetMethod, contracts),
        IObjectCreationOperation { Constructor: { } constructor } => contracts.Method(constructor).IsAnnotated,
        IMethodReferenceOperation reference => contracts.Method(reference.Method).IsAnnotated,
        IPropertyReferenceOperation property => contracts.Member(property.Property).IsAnnotated || contracts.EntityOf(property.Type) is Entity.Mdl,
        IFieldReferenceOperation field => contracts.Member(field.Field).IsAnnotated || contracts.EntityOf(field.Type) is Entity.Mdl,
        _ => false,
    };

    // A helper that gets the MDL or the request may hand out what the analyzed body must not mix up.
    private static bool TakesAnnotatedType(IMethodSymbol method, ContractReader contracts)
    {
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (contracts.EntityOf(parameter.Type) is Entity.Mdl or Entity.Irp or Entity.StackLocation)
                return true;
        }

        return method.ReducedFrom is not null && contracts.EntityOf(method.ReceiverType) is Entity.Mdl or Entity.Irp or Entity.StackLocation;
    }
}
