namespace Benchmarks;

/// <summary>Does a piece of work so many times.</summary>
/// <param name="times">How often, at least 1.</param>
/// <returns>Something that depends on every result, so that no work can be left out.</returns>
internal delegate ulong Operation(int times);
