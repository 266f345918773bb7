using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Contracts;

/// <summary>Reads the declared meaning of symbols. One instance serves one compilation and remembers what it has read.</summary>
internal sealed class ContractReader
{
    private readonly ConcurrentDictionary<ISymbol, MethodContract> _methods = new(SameSymbol.Comparer);
    private readonly ConcurrentDictionary<ISymbol, MemberContract> _members = new(SameSymbol.Comparer);
    private readonly ConcurrentDictionary<ISymbol, ParameterContract> _parameters = new(SameSymbol.Comparer);
    private readonly ConcurrentDictionary<ISymbol, Entity> _entities = new(SameSymbol.Comparer);
    private readonly ConcurrentDictionary<ISymbol, Role> _roles = new(SameSymbol.Comparer);

    /// <summary>Whether the compilation knows the annotations at all.</summary>
    public static bool IsGateOpen(Compilation compilation) =>
        AnnotationNames.Gate.Any(name => !compilation.GetTypesByMetadataName(name).IsEmpty);

    public MethodContract Method(IMethodSymbol method)
    {
        IMethodSymbol definition = Definition(method);
        return _methods.TryGetValue(definition, out MethodContract? known) ? known : _methods.GetOrAdd(definition, ReadMethod(definition));
    }

    public MemberContract Member(ISymbol member) => _members.GetOrAdd(member.OriginalDefinition, static s => ReadMember(s));

    public ParameterContract Parameter(IParameterSymbol parameter) => _parameters.GetOrAdd(parameter.OriginalDefinition, static s => ReadParameter(((IParameterSymbol)s).GetAttributes()));

    /// <summary>The kernel object that <paramref name="type"/> stands for, on the type itself, a base or an interface.</summary>
    public Entity EntityOf(ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        if (type is not INamedTypeSymbol || type.SpecialType != SpecialType.None)
            return Entity.None;
        return _entities.GetOrAdd(type.OriginalDefinition, static s => ReadEntity((ITypeSymbol)s));
    }

    /// <summary>The role declared on a method or on a delegate type.</summary>
    public Role RoleOf(ISymbol symbol) => _roles.GetOrAdd(symbol.OriginalDefinition, static s => ReadRole(s));

    // A reduced extension method declares its receiver on the unreduced form.
    private static IMethodSymbol Definition(IMethodSymbol method) => (method.ReducedFrom ?? method).OriginalDefinition;

    private MethodContract ReadMethod(IMethodSymbol method)
    {
        var contract = new MethodContract { Return = ReadParameter(method.GetReturnTypeAttributes()) };
        ImmutableArray<AttributeData> attributes = method.GetAttributes();
        if (method.AssociatedSymbol is IPropertySymbol property)
            attributes = attributes.AddRange(property.GetAttributes());
        foreach (AttributeData attribute in attributes)
        {
            switch (AnnotationOf(attribute))
            {
                case AnnotationNames.Macro: contract.Macro = Argument<Macro>(attribute); break;
                case AnnotationNames.Effect: contract.ReceiverEffect = Argument<Effect>(attribute); break;
                case AnnotationNames.Role: contract.Role = Argument<Role>(attribute); break;
            }

            switch (FrameworkNameOf(attribute))
            {
                case "DoesNotReturnAttribute": contract.DoesNotReturn = true; break;
                case "ConditionalAttribute": contract.IsConditional = true; break;
                case "MemberNotNullAttribute" or "MemberNotNullWhenAttribute": ReadMembers(attribute, contract); break;
            }
        }

        ImmutableArray<ParameterContract> parameters = method.Parameters.Select(Parameter).ToImmutableArray();
        if (parameters.Any(static p => !p.IsEmpty))
            contract.Parameters = parameters;
        contract.IsAnnotated = contract.Macro != Macro.None || contract.ReceiverEffect != Effect.None || contract.Return.IsAnnotated || parameters.Any(static p => p.IsAnnotated);
        return contract;
    }

    private static void ReadMembers(AttributeData attribute, MethodContract contract)
    {
        foreach (TypedConstant argument in attribute.ConstructorArguments)
        {
            if (argument.Kind == TypedConstantKind.Array)
                contract.MembersNotNull = contract.MembersNotNull.AddRange(argument.Values.Select(static v => v.Value).OfType<string>());
            else if (argument.Value is string name)
                contract.MembersNotNull = contract.MembersNotNull.Add(name);
            else if (argument.Value is bool truth)
                contract.MembersNotNullWhen = truth;
        }
    }

    private static MemberContract ReadMember(ISymbol member)
    {
        MemberContract? contract = null;
        ImmutableArray<AttributeData> attributes = member.GetAttributes();
        if (member is IPropertySymbol { GetMethod: { } getter })
            attributes = attributes.AddRange(getter.GetReturnTypeAttributes());
        foreach (AttributeData attribute in attributes)
        {
            switch (AnnotationOf(attribute))
            {
                case AnnotationNames.Value: (contract ??= new MemberContract()).Kind = Argument<ValueKind>(attribute); break;
                case AnnotationNames.Governs: (contract ??= new MemberContract()).Governs = Argument<Transfer>(attribute); break;
                case AnnotationNames.Block: (contract ??= new MemberContract()).Block = Argument<Transfer>(attribute); break;
                case AnnotationNames.Present: (contract ??= new MemberContract()).PresentWhenLengthNonZero = true; break;
                case AnnotationNames.Opaque:
                    contract ??= new MemberContract();
                    contract.IsOpaque = true;
                    contract.Accessor = FirstArgument(attribute).Value as string;
                    break;
            }
        }

        return contract ?? MemberContract.None;
    }

    private static ParameterContract ReadParameter(ImmutableArray<AttributeData> attributes)
    {
        ParameterContract? contract = null;
        foreach (AttributeData attribute in attributes)
        {
            switch (AnnotationOf(attribute))
            {
                case AnnotationNames.Value: (contract ??= new ParameterContract()).Kind = Argument<ValueKind>(attribute); break;
                case AnnotationNames.Effect: (contract ??= new ParameterContract()).Effect = Argument<Effect>(attribute); break;
                case AnnotationNames.Governs: (contract ??= new ParameterContract()).Governs = Argument<Transfer>(attribute); break;
                case AnnotationNames.BelongsTo: (contract ??= new ParameterContract()).BelongsTo = FirstArgument(attribute).Value as string; break;
                case AnnotationNames.Present: (contract ??= new ParameterContract()).PresentWhenLengthNonZero = true; break;
            }

            switch (FrameworkNameOf(attribute))
            {
                case "NotNullAttribute": (contract ??= new ParameterContract()).NotNullAfter = true; break;
                case "NotNullWhenAttribute": (contract ??= new ParameterContract()).NotNullWhen = FirstArgument(attribute).Value as bool?; break;
                case "DoesNotReturnIfAttribute": (contract ??= new ParameterContract()).DoesNotReturnIf = FirstArgument(attribute).Value as bool?; break;
            }
        }

        return contract ?? ParameterContract.None;
    }

    private static Entity ReadEntity(ITypeSymbol type)
    {
        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (DeclaredEntity(t) is var entity and not Entity.None)
                return entity;
        }

        foreach (INamedTypeSymbol t in type.AllInterfaces)
        {
            if (DeclaredEntity(t) is var entity and not Entity.None)
                return entity;
        }

        return Entity.None;
    }

    private static Entity DeclaredEntity(ITypeSymbol type)
    {
        foreach (AttributeData attribute in type.GetAttributes())
        {
            if (AnnotationOf(attribute) == AnnotationNames.Entity)
                return Argument<Entity>(attribute);
        }

        return Entity.None;
    }

    private static Role ReadRole(ISymbol symbol)
    {
        foreach (AttributeData attribute in symbol.GetAttributes())
        {
            if (AnnotationOf(attribute) == AnnotationNames.Role)
                return Argument<Role>(attribute);
        }

        return Role.None;
    }

    private static string? AnnotationOf(AttributeData attribute) => NameIn(attribute, AnnotationNames.Namespace);

    private static string? FrameworkNameOf(AttributeData attribute) =>
        NameIn(attribute, "System.Diagnostics.CodeAnalysis") ?? NameIn(attribute, "System.Diagnostics");

    private static string? NameIn(AttributeData attribute, string ns) =>
        attribute.AttributeClass is { ContainingType: null } type && HasName(type.ContainingNamespace, ns) ? type.Name : null;

    private static bool HasName(INamespaceSymbol? symbol, string name)
    {
        int end = name.Length;
        while (symbol is { IsGlobalNamespace: false })
        {
            int start = end == 0 ? 0 : name.LastIndexOf('.', end - 1) + 1;
            if (end - start != symbol.Name.Length || string.CompareOrdinal(name, start, symbol.Name, 0, symbol.Name.Length) != 0)
                return false;
            symbol = symbol.ContainingNamespace;
            if (start == 0)
                return symbol is { IsGlobalNamespace: true };
            end = start - 1;
        }

        return false;
    }

    private static TypedConstant FirstArgument(AttributeData attribute) =>
        attribute.ConstructorArguments.IsEmpty ? default : attribute.ConstructorArguments[0];

    // Members are matched by name, so a copy of the annotations may number them differently.
    private static T Argument<T>(AttributeData attribute)
        where T : struct, Enum
    {
        TypedConstant argument = FirstArgument(attribute);
        if (argument.Kind != TypedConstantKind.Enum || argument.Type is not INamedTypeSymbol { TypeKind: TypeKind.Enum } type || argument.Value is null)
            return default;

        foreach (ISymbol member in type.GetMembers())
        {
            if (member is IFieldSymbol { HasConstantValue: true } field && argument.Value.Equals(field.ConstantValue) && Enum.TryParse(field.Name, out T value))
                return value;
        }

        // A combination of flags has no member of its own.
        try
        {
            return (T)Enum.ToObject(typeof(T), argument.Value);
        }
        catch (ArgumentException)
        {
            return default;
        }
    }
}
