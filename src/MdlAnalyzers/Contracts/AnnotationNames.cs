using System.Collections.Generic;

namespace MdlAnalyzers.Contracts;

/// <summary>Names of the attributes that declare meaning. They are matched by full name, so a copy of their source works too.</summary>
internal static class AnnotationNames
{
    public const string Namespace = "MdlRuntime.Annotations";
    public const string Value = "MdlValueAttribute";
    public const string Effect = "MdlEffectAttribute";
    public const string Entity = "MdlEntityAttribute";
    public const string Macro = "MdlMacroAttribute";
    public const string Role = "DriverRoleAttribute";
    public const string BelongsTo = "BelongsToAttribute";
    public const string Governs = "GovernsMdlAttribute";
    public const string Block = "RequestParametersAttribute";
    public const string Opaque = "OpaqueMemberAttribute";
    public const string Present = "PresentWhenLengthNonZeroAttribute";

    public static readonly IReadOnlyList<string> All = [Value, Effect, Entity, Macro, Role, BelongsTo, Governs, Block, Opaque, Present];

    /// <summary>A compilation that knows none of these has nothing to analyze.</summary>
    public static readonly IReadOnlyList<string> Gate = [$"{Namespace}.{Value}", $"{Namespace}.{Effect}", $"{Namespace}.{Present}"];
}
