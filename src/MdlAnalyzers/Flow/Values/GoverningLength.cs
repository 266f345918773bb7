using MdlAnalyzers.Contracts;

namespace MdlAnalyzers.Flow.Values;

/// <summary>Which length of a request a term is.</summary>
internal sealed class GoverningLength(Transfer transfer, bool isLinked) : IEquatable<GoverningLength>
{
    /// <summary>The requests for which the length counts.</summary>
    public Transfer Transfer { get; } = transfer;

    /// <summary>Whether the request is known; otherwise the stack location may belong to any request.</summary>
    public bool IsLinked { get; } = isLinked;

    public bool Equals(GoverningLength? other) => other is not null && Transfer == other.Transfer && IsLinked == other.IsLinked;

    public override bool Equals(object? obj) => Equals(obj as GoverningLength);

    public override int GetHashCode() => (int)Transfer * 2 + (IsLinked ? 1 : 0);
}
