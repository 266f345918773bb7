using System.Globalization;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Spelling of a numbered location, shared by the parser and the expectations.</summary>
internal static class MarkupKey
{
    public static string ToText(int number) => "#" + number.ToString(CultureInfo.InvariantCulture);

    public static bool IsKey(string name) => name.StartsWith('#');

    public static FileLinePositionSpan ToSpan(int number) => new(ToText(number), default, default);
}
