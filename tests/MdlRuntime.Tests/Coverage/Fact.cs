using System.Globalization;

namespace MdlRuntime.Tests.Coverage;

/// <summary>Whether a fact asks for a test, and if not, why.</summary>
internal enum FactKind
{
    Behaviour,
    Definition,
    NotObservable,
    NotModelled,
    Guidance,
    OtherProfile,
    OpenQuestion,
}

/// <summary>One line of the fact list; the reason is empty for behaviour that has tests.</summary>
internal sealed record Fact(string Id, FactKind Kind, string Statement, string Reason);

/// <summary>A section of the model's description, such as 2.4, with its facts in order.</summary>
internal sealed record FactSection(string Number, string Title, IReadOnlyList<Fact> Facts)
{
    public int Chapter => int.Parse(Number.Split('.')[0], CultureInfo.InvariantCulture);
}
