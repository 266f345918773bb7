using System.Collections.Frozen;
using System.Reflection;

namespace MdlRuntime;

/// <summary>Symbolic names of bug check codes.</summary>
internal static class BugCheckNames
{
    private static readonly FrozenDictionary<uint, string> s_names = typeof(BugCheckCode)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(field => (uint)field.GetRawConstantValue()!, field => field.Name);

    public static string Of(uint code) => s_names.TryGetValue(code, out string? name) ? name : $"0x{code:X}";
}
