using System.Reflection;
using Xunit.v3;

namespace MdlRuntime.Tests.Coverage;

/// <summary>Which tests of this assembly prove which facts.</summary>
internal static class ProofIndex
{
    /// <summary>Test names per fact, both in ordinal order; a class that carries the attribute stands for all its tests.</summary>
    public static SortedDictionary<string, SortedSet<string>> Build()
    {
        var index = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (Type type in typeof(ProofIndex).Assembly.GetTypes())
        {
            Add(index, type, type.Name);
            foreach (MethodInfo method in TestsOf(type))
                Add(index, method, $"{type.Name}.{method.Name}");
        }

        return index;
    }

    /// <summary>Methods that claim to prove something but never run.</summary>
    public static IEnumerable<string> ClaimsThatNeverRun() =>
        from type in typeof(ProofIndex).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.IsDefined(typeof(ProvesAttribute), inherit: false) && !TestsOf(type).Contains(method)
        select $"{type.Name}.{method.Name}";

    private static IEnumerable<MethodInfo> TestsOf(Type type) =>
        type is { IsPublic: true, IsAbstract: false }
            ? type.GetMethods().Where(method => method.GetCustomAttributes().OfType<IFactAttribute>().Any(fact => fact.Skip is null))
            : [];

    private static void Add(SortedDictionary<string, SortedSet<string>> index, MemberInfo member, string name)
    {
        foreach (string fact in member.GetCustomAttributes<ProvesAttribute>(inherit: false).SelectMany(attribute => attribute.Facts))
        {
            if (!index.TryGetValue(fact, out SortedSet<string>? tests))
                index.Add(fact, tests = new(StringComparer.Ordinal));
            tests.Add(name);
        }
    }
}
